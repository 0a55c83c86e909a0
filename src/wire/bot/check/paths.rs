//! Where dialogues lead: whether one gets in, whether one gets on, and how far it is to a human.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::wire::bot::document::{Dialogue, Document, Widget};

/// So many choices and questions may lie between the first menu and a human (rule 12).
const STEPS_TO_A_HUMAN_MAX: u32 = 2;

impl Check<'_> {
    pub(super) fn paths(&mut self) {
        let map = Map::of(self.document);
        for (number, dialogue) in self.document.dialogues.iter().enumerate() {
            if let Some(widget) = map.silent_circle(dialogue) {
                let path = format!("dialogues[{number}].widgets[{widget}].go");
                let problem = "this goes in a circle without waiting for the contact";
                self.wrong("endless-loop", path, problem, "Ask something on the way, or end");
            }
        }
        self.unreachable(&map);
        self.dead_ends();
        self.loops(&map);
        self.human(&map);
    }

    fn unreachable(&mut self, map: &Map) {
        let starts = self.document.triggers.iter().filter_map(|trigger| trigger.go.as_deref());
        let taps = self.document.entrances.iter().flat_map(|shown| shown.menu.iter().chain(&shown.ice_breakers));
        let reached = map.reached_from(starts.chain(taps.filter_map(|tap| tap.go.as_deref())));
        for (number, dialogue) in self.document.dialogues.iter().enumerate() {
            if !reached.contains(dialogue.id.as_str()) {
                let (path, id) = (format!("dialogues[{number}]"), &dialogue.id);
                let fix = "Add a trigger, an option or a \"go\" that leads there, or remove it";
                self.doubtful("unreachable", path, format!("nothing leads to the dialogue {id:?}"), fix);
            }
        }
    }

    /// A dialogue that stops without saying so may be one whose author forgot how it goes on.
    fn dead_ends(&mut self) {
        for (number, dialogue) in self.document.dialogues.iter().enumerate() {
            let last = dialogue.widgets.last();
            if last.is_some_and(|last| !ends_on_purpose(last)) {
                let path = format!("dialogues[{number}].widgets[{}]", dialogue.widgets.len() - 1);
                let fix = "Add a \"go\", or {\"end\": true} if it is meant";
                self.doubtful("dead-end", path, "the dialogue just stops here", fix);
            }
        }
    }

    /// Whoever gets in must get out somewhere.
    fn loops(&mut self, map: &Map) {
        for (number, dialogue) in self.document.dialogues.iter().enumerate() {
            let reached = map.reached_from(std::iter::once(dialogue.id.as_str()));
            let gets_out = |id: &&str| map.dialogue(id).is_some_and(has_exit);
            if !reached.iter().any(gets_out) {
                let path = format!("dialogues[{number}]");
                let problem = "from here one goes round and round: nothing ends and nobody is called";
                self.doubtful("endless-loop", path, problem, "Add an option that ends or calls a human");
            }
        }
    }

    fn human(&mut self, map: &Map) {
        let first = self.document.triggers.iter().position(|trigger| trigger.first_contact);
        let Some(number) = first else { return };
        let Some(dialogue) = self.document.triggers[number].go.as_deref() else { return };
        let by_word = self.document.triggers.iter().any(|trigger| trigger.hand_off.is_some());
        let by_menu = map.calls(dialogue, STEPS_TO_A_HUMAN_MAX, &mut BTreeSet::new());
        if !by_menu && (map.shows_menu(dialogue, &mut BTreeSet::new()) || !by_word) {
            let problem = format!("from the first menu no human is reached within {STEPS_TO_A_HUMAN_MAX} steps");
            let fix = "Add an option with \"hand_off\": true, such as \"Talk to a human\"";
            self.wrong("no-human", format!("triggers[{number}].go"), problem, fix);
        }
    }
}

/// The dialogues by their names.
struct Map<'a>(BTreeMap<&'a str, &'a Dialogue>);

impl<'a> Map<'a> {
    fn of(document: &'a Document) -> Self {
        Self(document.dialogues.iter().map(|dialogue| (dialogue.id.as_str(), dialogue)).collect())
    }

    fn dialogue(&self, id: &str) -> Option<&'a Dialogue> {
        self.0.get(id).copied()
    }

    fn reached_from<'b>(&self, starts: impl Iterator<Item = &'b str>) -> BTreeSet<&'a str> {
        let known = |id: &str| self.0.get_key_value(id).map(|(id, _)| *id);
        let mut reached = BTreeSet::new();
        let mut ahead: Vec<&str> = starts.filter_map(known).collect();
        while let Some(here) = ahead.pop() {
            if reached.insert(here)
                && let Some(dialogue) = self.dialogue(here)
            {
                ahead.extend(dialogue.widgets.iter().flat_map(ways_on));
            }
        }
        reached
    }

    /// The widget by which a dialogue comes back to its start without ever waiting for the contact.
    fn silent_circle(&self, start: &'a Dialogue) -> Option<usize> {
        let (first, mut to) = passes_on(start)?;
        let mut seen = BTreeSet::new();
        while seen.insert(to) {
            if to == start.id {
                return Some(first);
            }
            (_, to) = passes_on(self.dialogue(to)?)?;
        }
        None
    }

    /// Whether a human is called within so many choices and questions from the start of a dialogue.
    fn calls(&self, id: &'a str, steps: u32, seen: &mut BTreeSet<(&'a str, u32)>) -> bool {
        let Some(dialogue) = self.dialogue(id).filter(|_| seen.insert((id, steps))) else { return false };
        let mut left = steps;
        for widget in &dialogue.widgets {
            match widget {
                Widget::HandOff(_) => return true,
                Widget::Menu(_) | Widget::Ask(_) | Widget::Form(_) if left == 0 => return false,
                Widget::Menu(menu) => {
                    left -= 1;
                    let calls = |to: &'a str, seen: &mut BTreeSet<_>| self.calls(to, left, seen);
                    if menu.options.iter().any(|option| option.hand_off)
                        || menu.options.iter().filter_map(|option| option.go.as_deref()).any(|to| calls(to, seen))
                    {
                        return true;
                    }
                    if menu.options.iter().all(|option| option.go.is_some()) {
                        return false;
                    }
                }
                Widget::Ask(_) | Widget::Form(_) => left -= 1,
                Widget::Branch(cases) if cases.iter().any(|case| self.calls(&case.go, left, seen)) => return true,
                // What fails calls somebody, but it is no way to a human.
                Widget::HttpCall(_) => {}
                Widget::Go(to) => return self.calls(to, left, seen),
                Widget::End(_) => return false,
                _ => {}
            }
        }
        false
    }

    fn shows_menu(&self, id: &'a str, seen: &mut BTreeSet<&'a str>) -> bool {
        let Some(dialogue) = self.dialogue(id).filter(|_| seen.insert(id)) else { return false };
        dialogue.widgets.iter().any(|widget| match widget {
            Widget::Menu(_) => true,
            Widget::Go(to) => self.shows_menu(to, seen),
            Widget::Branch(cases) => cases.iter().any(|case| self.shows_menu(&case.go, seen)),
            _ => false,
        })
    }
}

/// Where a dialogue leads without ever waiting for the contact, and by which widget.
fn passes_on(dialogue: &Dialogue) -> Option<(usize, &str)> {
    let stops = |widget: &Widget| {
        matches!(
            widget,
            Widget::Menu(_)
                | Widget::Ask(_)
                | Widget::Form(_)
                | Widget::Wait(_)
                | Widget::HandOff(_)
                | Widget::End(_)
                | Widget::Go(_)
        )
    };
    let place = dialogue.widgets.iter().position(stops)?;
    match &dialogue.widgets[place] {
        Widget::Go(to) => Some((place, to)),
        _ => None,
    }
}

fn ways_on(widget: &Widget) -> Vec<&str> {
    match widget {
        Widget::Go(to) => vec![to],
        Widget::Menu(menu) => menu.options.iter().filter_map(|option| option.go.as_deref()).collect(),
        Widget::Branch(cases) => cases.iter().map(|case| case.go.as_str()).collect(),
        Widget::HttpCall(call) => call.failed.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}

fn ends_on_purpose(widget: &Widget) -> bool {
    match widget {
        Widget::End(_) | Widget::Go(_) | Widget::HandOff(_) => true,
        Widget::Menu(menu) => menu.options.iter().all(|option| option.go.is_some() || option.hand_off),
        _ => false,
    }
}

/// Whether one can leave the dialogues by this one: it ends, by itself or on purpose, or calls a human.
fn has_exit(dialogue: &Dialogue) -> bool {
    let exit = |widget: &Widget| match widget {
        Widget::End(_) | Widget::HandOff(_) => true,
        Widget::Menu(menu) => menu.options.iter().any(|option| option.hand_off),
        _ => false,
    };
    let falls_out = match dialogue.widgets.last() {
        Some(Widget::Go(_)) => false,
        Some(Widget::Menu(menu)) => menu.options.iter().any(|option| option.go.is_none()),
        _ => true,
    };
    falls_out || dialogue.widgets.iter().any(exit)
}
