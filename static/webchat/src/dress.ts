/** What the account chose of the looks: colours, light or dark, the place. The server has seen to it that all can be read. */
import type { Look, ShadeView } from '../../shared/wire';
import { DARK, LIGHT } from './style';

export function dress({ accent, theme, at_start, side_px, bottom_px }: Look): string {
  const light = ground(LIGHT, 'light', accent?.light);
  const dark = ground(DARK, 'dark', accent?.dark);
  const colours = theme === 'light' ? light : theme === 'dark' ? light + dark : `${light}@media (prefers-color-scheme:dark){${dark}}`;
  const place = `--bottom:${bottom_px ?? 20}px;inset-block-end:${bottom_px ?? 20}px;inset-inline:${at_start ? `${side_px ?? 20}px auto` : `auto ${side_px ?? 20}px`}`;
  const inside = at_start ? '.launch{margin-inline:0 auto}.panel{inset-inline:0 auto}' : '';
  return `${colours}:host{${important(place)}}${inside}@media(max-width:480px){.panel{inset:0}:host(.open){inset:0 !important}}`;
}

function ground(colours: string, scheme: string, accent: ShadeView | undefined): string {
  const own = accent ? `--brand:${accent.fill};--on-brand:${accent.ink};` : '';
  return `:host{${important(`${colours}color-scheme:${scheme};${own}`)}}`;
}

/** What is important to the host inside wins over what is important outside. */
const important = (style: string): string => style.split(';').filter((one) => one.trim()).map((one) => `${one} !important`).join(';');
