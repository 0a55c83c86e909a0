//! What people can tap before they have said anything: as much as Meta shows.

use super::Check;
use crate::wire::bot::document::Entrance;

const GREETING_CHARS_MAX: usize = 160;
const MENU_MAX: usize = 20;
const MENU_LABEL_CHARS_MAX: usize = 30;
const ICE_BREAKERS_MAX: usize = 4;
const QUESTION_CHARS_MAX: usize = 80;

impl Check<'_> {
    pub(super) fn entrances(&mut self) {
        let Some(entrances) = &self.document.entrances else { return };
        let length = entrances.greeting.chars().count();
        if length > GREETING_CHARS_MAX {
            let problem = format!("the greeting has {length} characters, more than {GREETING_CHARS_MAX}");
            self.wrong("entrance", "entrances.greeting", problem, "Say it shorter");
        }
        self.shown("entrances.menu", &entrances.menu, MENU_MAX, MENU_LABEL_CHARS_MAX);
        self.shown("entrances.ice_breakers", &entrances.ice_breakers, ICE_BREAKERS_MAX, QUESTION_CHARS_MAX);
        for (number, breaker) in entrances.ice_breakers.iter().enumerate().filter(|(_, breaker)| breaker.url.is_some())
        {
            let path = format!("entrances.ice_breakers[{number}].url");
            let problem = format!("{:?} leads out of the conversation", breaker.label);
            self.wrong("entrance", path, problem, "Use \"go\" or \"hand_off\", or move it to the menu");
        }
    }

    fn shown(&mut self, path: &str, entrances: &[Entrance], most: usize, label_max: usize) {
        if entrances.len() > most {
            let problem = format!("{} are more than {most}", entrances.len());
            self.wrong("entrance", path, problem, "Meta shows no more: take fewer");
        }
        for (number, entrance) in entrances.iter().enumerate() {
            self.entrance(&format!("{path}[{number}]"), entrance, label_max);
        }
    }

    fn entrance(&mut self, path: &str, entrance: &Entrance, label_max: usize) {
        let length = entrance.label.chars().count();
        if entrance.label.trim().is_empty() || length > label_max {
            let problem = format!("the label has {length} characters");
            self.wrong("entrance", format!("{path}.label"), problem, format!("Write 1 to {label_max}"));
        }
        match (&entrance.go, entrance.hand_off, &entrance.url) {
            (Some(go), false, None) => self.go(format!("{path}.go"), go),
            (None, true, None) => {}
            (None, false, Some(url)) => self.address(format!("{path}.url"), url),
            (None, false, None) => {
                let fix = "Add \"go\", \"hand_off\": true or \"url\"";
                self.wrong("entrance", path, "it leads nowhere", fix);
            }
            _ => self.wrong("entrance", path, "it leads to several places", "Keep one of them"),
        }
    }
}
