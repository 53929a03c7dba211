import type { Answer } from './http-io.js';

/** A page that stands for one of Stripe's or a bank's. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>:root{color-scheme:light dark;background:Canvas}
body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.4rem}
button{font:inherit;font-weight:600;padding:.6rem 1rem;margin:.25rem .5rem .25rem 0;border:1px solid #1f4fd1;border-radius:6px;background:#1f4fd1;color:#fff;cursor:pointer}
button[value=fail]{background:none;color:inherit;border-color:#8891a3}
label{display:block;font-size:.85rem;font-weight:600}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #8891a3;border-radius:6px}
a{color:LinkText}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.problem{padding:.6rem .8rem;border:1px solid #a3201d;border-radius:6px;color:#a3201d;background:#fce7e6}
summary{cursor:pointer}</style>
</head><body><main><h1>${title}</h1>
${body}
<p><small>Stripe simulator: no money moves here.</small></p>
</main></body></html>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export function htmlAnswer(status: number, body: string): Answer {
  return {
    status,
    body,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    },
  };
}
