/** Every language has every word: the type check says which is missing. Nothing of this reaches a browser. */
import type { Words } from '../src/words';
import ar from './ar.json';
import de from './de.json';
import es from './es.json';
import fr from './fr.json';
import ja from './ja.json';
import pt from './pt.json';

export default { ar, de, es, fr, ja, pt } satisfies Record<string, Words>;
