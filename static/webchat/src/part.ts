/** What not every page needs comes as a script of its own: the words of a language, the way around blocked websockets. */

/** Set by the build: changes with the parts, so that browsers may keep them for ever. */
declare const __PARTS__: string;

const COMES_WITHIN_MS = 5_000;
const waiting = new Map<string, (value: unknown) => void>();

/** What a part calls when it is here. */
export const part = (name: string, value: unknown): void => waiting.get(name)?.(value);

export function fetchPart<Value>(name: string, server: URL): Promise<Value> {
  return new Promise((come, fail) => {
    const script = document.createElement('script');
    const over = (act: () => void): void => {
      clearTimeout(late);
      waiting.delete(name);
      script.remove();
      act();
    };
    const late = setTimeout(() => over(fail), COMES_WITHIN_MS);
    waiting.set(name, (value) => over(() => come(value as Value)));
    script.onerror = () => over(fail);
    script.src = new URL(`/assets/webchat-${name}.js?${__PARTS__}`, server).href;
    document.head.append(script);
  });
}
