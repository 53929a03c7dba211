// Cards of live and test mode: Stripe's script puts its own frame into the page, and the number stays in there. What the form
// sends here is the id of a payment method.
const stripeScript = 'https://js.stripe.com/v3/';

function loadStripe(key) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = stripeScript;
    script.onload = () => resolve(window.Stripe(key));
    script.onerror = () =>
      reject(new Error('The card form could not be loaded. Check your connection and try again.'));
    document.head.append(script);
  });
}

function tell(text) {
  for (const place of document.querySelectorAll('[data-stripe-problem]')) place.textContent = text ?? '';
}

async function cardForm(form) {
  const { key, currency, amount, setup } = form.dataset;
  const stripe = await loadStripe(key);
  const elements = stripe.elements(
    setup === undefined
      ? { mode: 'payment', currency, amount: Number(amount), paymentMethodCreation: 'manual' }
      : { clientSecret: setup },
  );
  elements.create('payment').mount(form.querySelector('[data-stripe-element]'));
  form.addEventListener('submit', async (event) => {
    const chosen = form.querySelector('[data-stripe-new]');
    if (chosen !== null && !chosen.checked) return;
    if (chosen !== null && chosen.value !== '') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell();
    const checked = await elements.submit();
    if (checked.error) return tell(checked.error.message);
    if (setup !== undefined) {
      const done = await stripe.confirmSetup({
        elements,
        clientSecret: setup,
        redirect: 'if_required',
        confirmParams: { return_url: location.href },
      });
      if (done.error) return tell(done.error.message);
      location.assign(form.dataset.next);
      return;
    }
    const made = await stripe.createPaymentMethod({ elements });
    if (made.error) return tell(made.error.message);
    chosen.value = made.paymentMethod.id;
    form.requestSubmit();
  });
}

async function bankAction(button) {
  const stripe = await loadStripe(button.dataset.key);
  button.addEventListener('click', async () => {
    button.disabled = true;
    const done = await stripe.handleNextAction({ clientSecret: button.dataset.secret });
    if (done.error) tell(done.error.message);
    location.search = '?back=bank';
  });
}

const form = document.querySelector('[data-stripe-card]');
if (form) cardForm(form).catch((error) => tell(error.message));
const action = document.querySelector('[data-stripe-action]');
if (action) bankAction(action).catch((error) => tell(error.message));
