/**
 * The widget's looks. A constructed sheet in a shadow root: no page's style reaches in, no policy forbids it. What is
 * important to the host inside wins over what is important outside: a page may say `div { display: none !important }`.
 */
export const STYLE = `
:host {
  all: initial !important;
  position: fixed !important; z-index: 2147483000 !important; inset-block-end: 20px !important; inset-inline-end: 20px !important;
  font: 400 15px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif !important;
  color: var(--strong) !important; -webkit-text-size-adjust: 100% !important;
}
:host([hidden]) { display: none !important; }
:host([dir=ltr]) { direction: ltr !important; }
:host([dir=rtl]) { direction: rtl !important; }
*, ::before, ::after { box-sizing: border-box; }
button, input, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--brand), var(--strong) 20%); outline-offset: 2px; }
[hidden] { display: none !important; }
.launch {
  position: relative; display: grid; place-items: center; width: 56px; height: 56px; margin-inline-start: auto;
  border: 0; border-radius: 50%; background: var(--brand); color: var(--on-brand); box-shadow: 0 6px 24px rgb(0 0 0 / 24%);
}
.launch.wide { display: flex; align-items: center; gap: 8px; width: fit-content; max-width: calc(100vw - 40px); padding-inline: 15px 20px; border-radius: 28px; font-weight: 600; }
.launch svg, .icon svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.badge {
  position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px;
  background: #b3261e; color: #fff; font-size: 13px; font-weight: 600; line-height: 22px; text-align: center;
}
.panel {
  position: absolute; inset-block-end: 68px; inset-inline-end: 0; display: flex; flex-direction: column;
  width: 376px; height: min(620px, calc(100dvh - 88px - var(--bottom))); overflow: hidden;
  border: 1px solid var(--line); border-radius: 16px; background: var(--panel); box-shadow: 0 12px 48px rgb(0 0 0 / 22%);
  animation: rise .16s ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
header { display: flex; align-items: center; gap: 8px; padding: 12px 8px 12px 16px; padding-inline: 16px 8px; border-block-end: 1px solid var(--line); }
header div { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 16px; font-weight: 600; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header p { margin: 0; color: var(--quiet); font-size: 13px; }
.icon { display: grid; place-items: center; flex: none; width: 44px; height: 44px; border: 0; border-radius: 10px; background: none; color: var(--quiet); }
.icon:hover { background: var(--canvas); color: var(--strong); }
.icon svg { width: 20px; height: 20px; }
.log { flex: 1; min-height: 0; margin: 0; padding: 12px 14px; overflow-y: auto; overscroll-behavior: contain; background: var(--canvas); scrollbar-width: thin; }
.log:focus-visible { outline-offset: -3px; }
.writing { margin: 0; padding: 0 14px 4px; min-height: 24px; background: var(--canvas); color: var(--quiet); font-size: 13px; }
.said { display: flex; flex-direction: column; align-items: flex-start; margin-block-start: 8px; }
.said small { margin: 0 4px 2px; color: var(--quiet); font-size: 12px; }
.said p {
  max-width: 86%; margin: 0; padding: 8px 12px; border: 1px solid var(--line); border-radius: 14px; background: var(--panel);
  overflow-wrap: anywhere; white-space: pre-wrap;
}
.said a { color: inherit; }
.bot p { border-color: var(--bot-line); background: var(--bot); }
.bot small { color: var(--bot-ink); }
.person p { border-color: var(--person-line); background: var(--person); }
.person small { color: var(--person-ink); }
.me { align-items: flex-end; }
.me p { border-color: transparent; background: var(--brand); color: var(--on-brand); }
.me.unsent p { opacity: .75; }
.late { max-height: 0; overflow: hidden; visibility: hidden; animation: late 0s 3s forwards; }
@keyframes late { to { max-height: none; visibility: visible; } }
.me.failed p { border: 1px solid var(--bad); background: none; color: var(--strong); }
.me.failed small { color: var(--bad); margin: 2px 4px 0; }
.said img { display: block; max-width: 100%; max-height: 240px; border-radius: 8px; }
.card { display: flex; align-items: center; gap: 8px; }
.card svg { flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 2; }
.options { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 6px; }
.options button {
  min-height: 44px; padding: 6px 14px; border: 1px solid var(--bot-ink); border-radius: 22px; background: var(--panel); color: var(--bot-ink); text-align: start;
}
.options button:hover { background: var(--bot); }
.greet { margin: 0 0 12px; color: var(--quiet); text-align: center; white-space: pre-wrap; overflow-wrap: anywhere; }
.line { margin: 12px 0 4px; color: var(--quiet); font-size: 13px; text-align: center; }
.line.waiting { margin-inline: auto; padding: 6px 14px; width: fit-content; border-radius: 16px; background: var(--wait); color: var(--wait-ink); }
.offline { margin: 0; padding: 6px 14px; background: var(--wait); color: var(--wait-ink); font-size: 13px; text-align: center; }
form { display: flex; align-items: flex-end; gap: 6px; padding: 8px; border-block-start: 1px solid var(--line); }
textarea {
  flex: 1; min-width: 0; min-height: 44px; max-height: 132px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 12px;
  background: var(--panel); color: var(--strong); font-size: 16px; line-height: 22px; resize: none; field-sizing: content;
}
textarea:focus-visible { outline-width: 2px; outline-offset: -1px; }
textarea:placeholder-shown { direction: inherit; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { background: var(--brand); color: var(--on-brand); }
.send:hover { background: var(--brand); color: var(--on-brand); filter: brightness(1.1); }
.send:disabled { background: none; color: var(--quiet); cursor: default; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  :host(.open) { inset: 0 !important; }
  :host(.open) .launch { display: none; }
  .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
`;

/** On a light ground, and on a dark one. Every line is made important when it is worn. */
export const LIGHT = `
  --canvas: #f6f6f8; --panel: #fff; --line: #dfe0e6; --strong: #1b1d26; --quiet: #5d6070;
  --brand: #504ea8; --on-brand: #fff; --bot: #f1eefb; --bot-line: #d9d0f5; --bot-ink: #5636b0;
  --person: #e7f5ec; --person-line: #bfe3cd; --person-ink: #1d6a42; --wait: #fdf0d5; --wait-ink: #7a4b00; --bad: #b3261e;
`;
export const DARK = `
  --canvas: #16171c; --panel: #1e2026; --line: #363944; --strong: #f1f2f6; --quiet: #a3a7b6;
  --brand: #6b68d6; --bot: #2b2645; --bot-line: #443b70; --bot-ink: #c9bcff;
  --person: #1d3328; --person-line: #2f5642; --person-ink: #93dcb1; --wait: #3c3018; --wait-ink: #f4cf86; --bad: #ff9d94;
`;
