type Words = { readonly en: string; readonly de: string };

/** Why a card was not charged and what helps, in words for whoever pays. What the bank does not tell is not guessed. */
const words: Readonly<Record<string, Words>> = {
  insufficient_funds: {
    en: 'There is not enough money on the card. Use another card, or try again later.',
    de: 'Die Karte ist nicht ausreichend gedeckt. Nehmen Sie eine andere Karte oder versuchen Sie es später.',
  },
  expired_card: {
    en: 'The card has expired. Use another card.',
    de: 'Die Karte ist abgelaufen. Nehmen Sie eine andere Karte.',
  },
  incorrect_cvc: {
    en: 'The security code is not right. Check the three or four digits and try again.',
    de: 'Die Prüfnummer stimmt nicht. Prüfen Sie die drei oder vier Ziffern und versuchen Sie es noch einmal.',
  },
  incorrect_number: {
    en: 'The card number is not right. Check it and try again.',
    de: 'Die Kartennummer stimmt nicht. Prüfen Sie sie und versuchen Sie es noch einmal.',
  },
  processing_error: {
    en: 'The bank could not handle the payment just now. Try again in a few minutes.',
    de: 'Die Bank konnte die Zahlung gerade nicht bearbeiten. Versuchen Sie es in ein paar Minuten noch einmal.',
  },
  card_velocity_exceeded: {
    en: 'The card was used too often in a short time, or its limit is reached. Try again later, or use another card.',
    de: 'Die Karte wurde in kurzer Zeit zu oft benutzt, oder ihr Limit ist erreicht. Versuchen Sie es später oder mit einer anderen Karte.',
  },
  card_not_supported: {
    en: 'The card cannot be used for this payment. Use another card.',
    de: 'Die Karte kann für diese Zahlung nicht benutzt werden. Nehmen Sie eine andere Karte.',
  },
  authentication_required: {
    en: 'Your bank wants you to confirm the payment yourself. Pay on the page and follow what your bank asks.',
    de: 'Ihre Bank möchte, dass Sie die Zahlung selbst bestätigen. Zahlen Sie auf der Seite und folgen Sie Ihrer Bank.',
  },
  authentication_failed: {
    en: 'Your bank could not confirm that it was you. Try again, or use another card.',
    de: 'Ihre Bank konnte nicht bestätigen, dass Sie es sind. Versuchen Sie es noch einmal oder mit einer anderen Karte.',
  },
  amount_precision_not_supported: {
    en: 'A card cannot be charged with this amount to the last digit. Pay it by bank transfer, or ask us.',
    de: 'Eine Karte kann mit diesem Betrag nicht bis zur letzten Stelle belastet werden. Überweisen Sie ihn oder fragen Sie uns.',
  },
  no_payment_method: {
    en: 'There is no card on file. Pay on the page with any card.',
    de: 'Es ist keine Karte hinterlegt. Zahlen Sie auf der Seite mit einer beliebigen Karte.',
  },
};

const unknown: Words = {
  en: 'The bank did not say why. Use another card, or ask your bank.',
  de: 'Die Bank hat keinen Grund genannt. Nehmen Sie eine andere Karte oder fragen Sie Ihre Bank.',
};

/** The provider's own names for what comes to the same. */
const same: Readonly<Record<string, string>> = {
  payment_intent_authentication_failure: 'authentication_failed',
  setup_intent_authentication_failure: 'authentication_failed',
  withdrawal_count_limit_exceeded: 'card_velocity_exceeded',
  currency_not_supported: 'card_not_supported',
  invalid_cvc: 'incorrect_cvc',
  invalid_number: 'incorrect_number',
};

/**
 * @param code the issuer's reason where it gave one, else the provider's code
 * @param language ISO 639; English where there are no words in it
 */
export function declineWords(code: string, language: string): string {
  return knownDeclineWords(code, language) ?? inLanguage(unknown, language);
}

/** The same; undefined for a code that there are no words for. */
export function knownDeclineWords(code: string, language: string): string | undefined {
  const name = Object.hasOwn(same, code) ? (same[code] ?? code) : code;
  const found = Object.hasOwn(words, name) ? words[name] : undefined;
  return found && inLanguage(found, language);
}

function inLanguage({ en, de }: Words, language: string): string {
  return language === 'de' ? de : en;
}
