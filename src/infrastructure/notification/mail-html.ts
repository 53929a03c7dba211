import { Eta } from 'eta';
import type { WrittenNotice } from '../../application/notification/write-notice.js';

/**
 * Mail programs know no style sheets, so this is the one template with styles in it. Everything that comes from elsewhere goes
 * through the escaping tag, and the words of a notice are data in it: they are never a template themselves.
 */
const template = `<!doctype html>
<html lang="<%= it.language %>">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.subject %></title></head>
<body style="margin:0;padding:24px 12px;background:#f4f5f7;color:#1c2330;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #dfe3ea;border-radius:8px">
<p style="margin:0 0 16px;font-weight:600"><%= it.businessName %></p>
<% for (const piece of it.pieces) { %><% if ('url' in piece) { %>
<p style="margin:24px 0"><a href="<%= piece.url %>" style="display:inline-block;padding:12px 20px;background:#1f5fbf;color:#ffffff;border-radius:6px;text-decoration:none;font-weight:600"><%= piece.label %></a></p>
<p style="margin:0 0 16px;font-size:13px;color:#5a6475;word-break:break-all"><%= piece.url %></p>
<% } else if ('rows' in piece) { %>
<h2 style="margin:24px 0 4px;font-size:16px"><%= piece.title %></h2>
<table style="width:100%;border-collapse:collapse;font-size:14px">
<% for (const [label, value] of piece.rows) { %><tr><th scope="row" style="padding:4px 12px 4px 0;border-top:1px solid #dfe3ea;text-align:left;vertical-align:top;font-weight:400"><%= label %></th><td style="padding:4px 0;border-top:1px solid #dfe3ea;text-align:right;white-space:pre-line"><%= value %></td></tr>
<% } %></table>
<% } else { %><p style="margin:0 0 16px;white-space:pre-line"><%= piece.text %></p>
<% } %><% } %></div>
</body></html>
`;

const eta = new Eta({ autoEscape: true });
const compiled = eta.compile(template);

/** How a notice looks in a mail program that shows HTML. */
export function renderMailHtml({ language, subject, pieces }: WrittenNotice, businessName: string): string {
  return eta.render(compiled, { language, subject, pieces, businessName });
}
