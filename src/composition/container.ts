import 'reflect-metadata';
import { Container } from 'inversify';
import { alertModule } from './alert.module.js';
import { auditModule } from './audit.module.js';
import { collectionModule } from './collection.module.js';
import { creditModule } from './credit.module.js';
import { customerModule } from './customer.module.js';
import { documentModule } from './document.module.js';
import { httpModule } from './http.module.js';
import { invoiceModule } from './invoice.module.js';
import { jobsModule } from './jobs.module.js';
import { limitModule } from './limit.module.js';
import { metricsModule } from './metrics.module.js';
import { notificationModule } from './notification.module.js';
import { paymentModule } from './payment.module.js';
import { planModule } from './plan.module.js';
import { platformModule } from './platform.module.js';
import { processesModule } from './processes.module.js';
import type { Surroundings } from './tokens.js';
import { userModule } from './user.module.js';
import { webhookModule } from './webhook.module.js';

/** Everything wired; nothing is connected or listening until it is asked for. */
export function createContainer(surroundings: Surroundings): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(
    platformModule(surroundings),
    paymentModule,
    creditModule,
    invoiceModule,
    documentModule,
    customerModule,
    webhookModule,
    auditModule,
    jobsModule,
    planModule,
    collectionModule,
    notificationModule,
    processesModule,
    limitModule,
    alertModule,
    metricsModule,
    userModule,
    httpModule,
  );
  return container;
}
