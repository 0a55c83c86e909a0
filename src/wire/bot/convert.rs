//! From the document that was written to the bot that runs.

use std::time::Duration;

use super::{AnswerKind, Ask, Document, MenuOption, Settings, Texts, Trigger, Wanted, WhenPauseEnds, Widget};
use crate::domain::bot as core;
use crate::domain::event::Reason;
use crate::domain::ids::BotId;

impl Document {
    /// The bot of a document that was checked. What a check would have refused is left out.
    pub fn to_bot(&self, id: BotId) -> core::Bot {
        let greeting = self.triggers.iter().find(|trigger| trigger.first_contact);
        let triggers: Vec<core::Trigger> = self.triggers.iter().filter_map(Trigger::to_core).collect();
        let widgets = |widgets: &[Widget]| widgets.iter().filter_map(Widget::to_core).collect();
        let dialogues =
            self.dialogues.iter().map(|dialogue| (dialogue.id.clone(), widgets(&dialogue.widgets))).collect();
        let first_contact = greeting.and_then(|trigger| trigger.go.clone());
        core::Bot::new(id, self.name.clone(), self.settings.to_core(), first_contact, &triggers, dialogues)
    }
}

impl Settings {
    fn to_core(&self) -> core::Settings {
        let Texts { no_answer, offer_human, offer_yes, offer_no, calling_human, back } = self.texts.clone();
        core::Settings {
            pause: Duration::from_secs(u64::from(self.pause_minutes) * 60),
            when_pause_ends: self.when_pause_ends.into(),
            no_answer_limit: self.no_answer_limit,
            texts: core::Texts { no_answer, offer_human, offer_yes, offer_no, calling_human, back },
        }
    }
}

impl Trigger {
    fn to_core(&self) -> Option<core::Trigger> {
        let action = match (&self.go, self.hand_off) {
            (_, Some(Wanted::Urgent)) => core::Action::HandOff(Reason::Urgent),
            (_, Some(Wanted::Asked)) => core::Action::HandOff(Reason::Asked),
            (Some(go), None) => core::Action::Go(go.clone()),
            (None, None) => return None,
        };
        (!self.keywords.is_empty()).then(|| core::Trigger { keywords: self.keywords.clone(), action })
    }
}

impl Widget {
    fn to_core(&self) -> Option<core::Widget> {
        Some(match self {
            Widget::Text(text) => core::Widget::Text(text.clone()),
            Widget::Menu(menu) => {
                let options = menu.options.iter().filter_map(MenuOption::to_core).collect();
                core::Widget::Menu { text: menu.text.clone(), options }
            }
            Widget::Ask(Ask { text, attribute, kind, retry }) => {
                let retry = retry.clone().unwrap_or_else(|| text.clone());
                core::Widget::Ask { text: text.clone(), attribute: attribute.clone(), kind: (*kind).into(), retry }
            }
            Widget::HandOff(_) => core::Widget::HandOff(Reason::Asked),
            Widget::Go(to) => core::Widget::Go(to.clone()),
            Widget::End(_) => core::Widget::End,
        })
    }
}

impl MenuOption {
    fn to_core(&self) -> Option<core::MenuOption> {
        let action = match (&self.go, self.hand_off) {
            (_, true) => core::Action::HandOff(Reason::Asked),
            (Some(go), false) => core::Action::Go(go.clone()),
            (None, false) => return None,
        };
        Some(core::MenuOption { label: self.label.clone(), action })
    }
}

impl From<WhenPauseEnds> for core::WhenPauseEnds {
    fn from(written: WhenPauseEnds) -> Self {
        match written {
            WhenPauseEnds::Answer => Self::Answer,
            WhenPauseEnds::Wait => Self::Wait,
            WhenPauseEnds::Keep => Self::Keep,
        }
    }
}

impl From<core::WhenPauseEnds> for WhenPauseEnds {
    fn from(core: core::WhenPauseEnds) -> Self {
        match core {
            core::WhenPauseEnds::Answer => Self::Answer,
            core::WhenPauseEnds::Wait => Self::Wait,
            core::WhenPauseEnds::Keep => Self::Keep,
        }
    }
}

impl From<AnswerKind> for core::AnswerKind {
    fn from(written: AnswerKind) -> Self {
        match written {
            AnswerKind::Text => Self::Text,
            AnswerKind::Email => Self::Email,
            AnswerKind::Number => Self::Number,
            AnswerKind::Phone => Self::Phone,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::bot::run::{Memory, answer};
    use crate::domain::event::{Event, Place, Reason};
    use crate::domain::ids::BotId;
    use crate::domain::message::Heard;
    use crate::wire::bot::parse;

    fn harbor_hears(text: &str) -> Vec<Event> {
        let bot = parse(include_str!("../../../bots/harbor.json")).expect("the sample").to_bot(BotId::new("harbor"));
        let memory = Memory { turn: 0, place: Place::default(), unmatched: 0, greeted: false };
        answer(&bot, memory, &Heard::text(text))
    }

    #[test]
    fn the_sample_answers_hours_with_exactly_one_line() {
        assert!(matches!(harbor_hears("hours").as_slice(), [Event::BotSaid { .. }]), "{:?}", harbor_hears("hours"));
    }

    #[test]
    fn the_sample_hands_off_urgently() {
        for text in ["I had an accident", "my policy number is 7", "I want to make a claim"] {
            let urgent = |event: &Event| matches!(event, Event::HandedOff { reason: Reason::Urgent, .. });
            assert!(harbor_hears(text).iter().any(urgent), "{text}");
        }
    }

    #[test]
    fn the_sample_greets_a_stranger_with_a_menu_that_ends_in_a_human() {
        let events = harbor_hears("good evening");
        let Some(Event::BotSaid { line, .. }) = events.last() else { panic!("{events:?}") };
        assert_eq!(line.choices.last().map(|choice| choice.label.as_str()), Some("Talk to a human"));
    }
}
