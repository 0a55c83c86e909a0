//! From the document that was written to the bot that runs.

mod calls;
mod entrances;

use std::time::Duration;

use super::document::{self, Document};
use super::{
    Ask, AtLimit, AttributeType, Condition, Ladder, LadderStep, Match, Open, Recipients, Trigger, Wanted, Widget,
};
use crate::domain::account::Channel;
use crate::domain::alert::Recipient;
use crate::domain::bot as core;
use crate::domain::bot::answers::AnswerKind;
use crate::domain::bot::branch;
use crate::domain::bot::fold::fold;
use crate::domain::bot::ladder;
use crate::domain::bot::template::Template;
use crate::domain::bot::triggers::{Action, Keyword, Kind, On, PageVisit};
use crate::domain::event::Reason;
use crate::domain::hours::{BadHours, Holiday, Hours, Span};
use crate::domain::ids::BotId;
use crate::domain::label::Label;
use crate::domain::message::AttachmentKind;

impl Document {
    /// The bot of a document that was checked. What a check would have refused is left out.
    pub fn to_bot(&self, id: BotId) -> core::Bot {
        let triggers = self.triggers.iter().enumerate().filter_map(|(number, trigger)| trigger.to_core(number));
        let taps = self.entrances.iter().flat_map(document::Entrances::triggers);
        let triggers = triggers.chain(taps).collect();
        let widgets = |widgets: &[Widget]| widgets.iter().filter_map(|widget| self.widget(widget)).collect();
        let dialogues =
            self.dialogues.iter().map(|dialogue| (dialogue.id.clone(), widgets(&dialogue.widgets))).collect();
        let ladder = self.ladder.as_ref().map(Ladder::to_core).unwrap_or_default();
        let outside = self.outside.as_ref().map(document::Outside::to_core);
        let attributes = self.attributes.keys().map(|name| (name.clone(), self.kind(name))).collect();
        core::Bot::new(id, self.name.clone(), self.settings.to_core(), ladder, triggers, dialogues)
            .declaring(attributes)
            .answered_by(outside)
            .entered_by(self.entrances.as_ref().map(document::Entrances::to_core))
    }

    fn widget(&self, widget: &Widget) -> Option<core::Widget> {
        let template = |text: &String| Template::from(text.as_str());
        Some(match widget {
            Widget::Text(text) => core::Widget::Text(template(text)),
            Widget::Texts(texts) if texts.is_empty() => return None,
            Widget::Texts(texts) => core::Widget::Texts(texts.iter().map(template).collect()),
            Widget::Image(image) => attachment(AttachmentKind::Image, &image.url, "", &image.text),
            Widget::File(file) => attachment(AttachmentKind::File, &file.url, &file.name, &file.text),
            Widget::Menu(menu) => core::Widget::Menu {
                text: template(&menu.text),
                options: menu.options.iter().map(document::MenuOption::to_core).collect(),
            },
            Widget::Ask(ask) => core::Widget::Ask(self.ask(ask)),
            Widget::Form(form) => core::Widget::Form(core::Form {
                id: form.id.clone(),
                questions: form.questions.iter().map(|ask| self.ask(ask)).collect(),
                score: form.score,
                alert: form.alert.as_ref().map(document::EmailAlert::to_core),
            }),
            Widget::Set(set) => core::Widget::Set { attribute: set.attribute.clone(), value: template(&set.value) },
            Widget::Label(labels) => {
                core::Widget::Label { add: to_labels(&labels.add), remove: to_labels(&labels.remove) }
            }
            Widget::Branch(cases) => core::Widget::Branch(
                cases.iter().map(|case| branch::Case { when: case.when.to_core(), go: case.go.clone() }).collect(),
            ),
            Widget::Wait(seconds) => core::Widget::Wait(Duration::from_secs((*seconds).into())),
            Widget::HandOff(hand_off) => core::Widget::HandOff {
                reason: hand_off.reason.map_or(Reason::Asked, Into::into),
                score: hand_off.score,
            },
            Widget::EmailAlert(alert) => core::Widget::Alert(alert.to_core()),
            Widget::Score(points) => core::Widget::Score(*points),
            Widget::HttpCall(call) => core::Widget::HttpCall(self.http_call(call)),
            Widget::Go(to) => core::Widget::Go(to.clone()),
            Widget::End(_) => core::Widget::End,
        })
    }

    fn ask(&self, ask: &Ask) -> core::Ask {
        let at_limit = match ask.at_limit {
            AtLimit::HandOff => core::AtLimit::HandOff,
            AtLimit::MoveOn => core::AtLimit::MoveOn,
        };
        core::Ask {
            text: ask.text.as_str().into(),
            attribute: ask.attribute.clone(),
            kind: self.kind(&ask.attribute),
            retries: ask.retry.iter().map(|text| text.as_str().into()).collect(),
            may_skip: ask.skip,
            limit: Some((ask.limit, at_limit)),
        }
    }

    fn kind(&self, attribute: &str) -> AnswerKind {
        let Some(attribute) = self.attributes.get(attribute) else { return AnswerKind::Text };
        match attribute.kind {
            AttributeType::Text => AnswerKind::Text,
            AttributeType::Number => AnswerKind::Number,
            AttributeType::Email => AnswerKind::Email,
            AttributeType::Phone => AnswerKind::Phone,
            AttributeType::Url => AnswerKind::Url,
            AttributeType::Date => AnswerKind::Date { month_first: self.language.eq_ignore_ascii_case("en-us") },
            AttributeType::Choice => AnswerKind::Choice(attribute.choices.clone()),
            AttributeType::YesNo => {
                let words = self.settings.words.clone();
                AnswerKind::YesNo { yes: words.yes, no: words.no }
            }
        }
    }
}

fn to_labels(written: &[String]) -> Vec<Label> {
    written.iter().filter_map(|label| Label::parse(label)).collect()
}

fn attachment(kind: AttachmentKind, url: &str, name: &str, text: &str) -> core::Widget {
    core::Widget::Attachment { kind, url: url.to_owned(), name: name.to_owned(), text: text.into() }
}

impl document::Settings {
    fn to_core(&self) -> core::Settings {
        let document::Texts { no_answer, offer_human, offer_yes, offer_no, calling_human, bot_failed, cancelled, back } =
            self.texts.clone();
        let document::Words { yes, no, skip, cancel } = self.words.clone();
        core::Settings {
            pause: Duration::from_secs(u64::from(self.pause_minutes) * 60),
            when_pause_ends: self.when_pause_ends.into(),
            no_answer_limit: self.no_answer_limit,
            texts: core::Texts {
                no_answer,
                offer_human,
                offer_yes,
                offer_no,
                calling_human,
                bot_failed,
                cancelled,
                back,
            },
            words: core::Words { yes, no, skip, cancel },
            hours: self.hours.as_ref().and_then(|hours| hours.to_core().ok()),
            hot_lead: self.hot_lead.as_ref().map(|hot| core::HotLead {
                threshold: hot.threshold,
                hand_off: hot.hand_off,
                alert: hot.alert.to_core(),
            }),
        }
    }
}

impl document::Hours {
    pub(super) fn to_core(&self) -> Result<Hours, BadHours> {
        let mut week: [Vec<Span>; 7] = Default::default();
        for (day, (_, spans)) in week.iter_mut().zip(self.week()) {
            *day = spans.iter().map(|span| Span::parse(span)).collect::<Result<_, _>>()?;
        }
        let holidays = self.holidays.iter().map(|day| Holiday::parse(day)).collect::<Result<_, _>>()?;
        Hours::new(&self.zone, week, holidays)
    }
}

impl Trigger {
    fn to_core(&self, number: usize) -> Option<core::triggers::Trigger> {
        let action = match (&self.go, self.hand_off) {
            (_, Some(wanted)) => Action::HandOff(wanted.into()),
            (Some(go), None) => Action::Go(go.clone()),
            (None, None) => Action::Nothing,
        };
        let id = self.id.clone().unwrap_or_else(|| self.plain_id(number));
        Some(core::triggers::Trigger { id, on: self.on()?, priority: self.priority, score: self.score, action })
    }

    fn on(&self) -> Option<On> {
        let keyword = |word: &String| Keyword { word: word.clone(), kind: self.matching.into(), typos: self.typos };
        if !self.keywords.is_empty() {
            return Some(On::Keywords(self.keywords.iter().map(keyword).collect()));
        }
        if let Some(page) = &self.page {
            let (path, after_seconds, visits) = (page.path.clone(), page.after_seconds, page.visits);
            return Some(On::Page(PageVisit { path, after_seconds, visits }));
        }
        if let Some(changed) = &self.attribute {
            let is = changed.is.as_deref().map(fold);
            return Some(On::Changed { attribute: changed.name.clone(), is });
        }
        let hours = || Some(On::Hours { open: self.hours? == Open::Open });
        let payload = || self.payload.clone().map(On::Payload);
        let referral = || self.referral.clone().map(On::Referral);
        let first = || self.first_contact.then_some(On::FirstContact);
        let no_match = || self.no_match.then_some(On::NoMatch);
        first().or_else(no_match).or_else(payload).or_else(referral).or_else(hours)
    }

    /// What it is called that its author has given no name.
    fn plain_id(&self, number: usize) -> String {
        let first = self.keywords.first().cloned();
        let page = self.page.as_ref().map(|page| page.path.clone());
        let changed = self.attribute.as_ref().map(|changed| changed.name.clone());
        let known = first.or(page).or(changed).or(self.payload.clone()).or(self.referral.clone());
        known.unwrap_or_else(|| match (self.first_contact, self.no_match, self.hours) {
            (true, ..) => "first contact".to_owned(),
            (_, true, _) => "no match".to_owned(),
            (.., Some(Open::Open)) => "open".to_owned(),
            (.., Some(Open::Closed)) => "closed".to_owned(),
            _ => format!("trigger {number}"),
        })
    }
}

impl document::MenuOption {
    fn to_core(&self) -> core::MenuOption {
        let action = match (&self.go, self.hand_off) {
            (_, true) => Action::HandOff(Reason::Asked),
            (Some(go), false) => Action::Go(go.clone()),
            (None, false) => Action::Nothing,
        };
        let mut option = core::MenuOption::new(&self.label, action);
        option.score = self.score;
        option
    }
}

impl Condition {
    fn to_core(&self) -> branch::Condition {
        let test = match (self.known, &self.is, self.over, self.under) {
            (Some(known), ..) => branch::Test::Known(known),
            (_, Some(is), ..) => branch::Test::Is(fold(is)),
            (.., Some(over), _) => branch::Test::Over(over),
            (.., Some(under)) => branch::Test::Under(under),
            _ => branch::Test::Known(true),
        };
        branch::Condition {
            attribute: self.attribute.clone().map(|attribute| (attribute, test)),
            label: self.label.as_deref().and_then(Label::parse),
            channel: self.channel.as_deref().and_then(Channel::parse),
            open: self.hours.map(|hours| hours == Open::Open),
            first: self.contact.map(|contact| contact == document::Visitor::First),
        }
    }
}

impl Ladder {
    fn to_core(&self) -> ladder::Ladder {
        let plain = ladder::Ladder::default();
        let after = |step: &LadderStep| Duration::from_secs(u64::from(step.after_minutes) * 60);
        let rung = |step: &LadderStep| ladder::Rung {
            after: after(step),
            alert: step.alert.to_core(),
            text: step.text.clone(),
        };
        let last = |step: &LadderStep| ladder::Last {
            after: after(step),
            alert: step.alert.to_core(),
            text: if step.text.is_empty() { plain.last.text.clone() } else { step.text.clone() },
        };
        ladder::Ladder {
            rungs: self.steps.iter().map(rung).collect(),
            last: self.last.as_ref().map(last).unwrap_or_else(|| plain.last.clone()),
            closed: self.closed.clone().unwrap_or(plain.closed),
            thanks: self.thanks.clone().unwrap_or(plain.thanks),
            again: self.again.clone().unwrap_or(plain.again),
        }
    }
}

impl From<Match> for Kind {
    fn from(written: Match) -> Self {
        match written {
            Match::Word => Self::Word,
            Match::Phrase => Self::Phrase,
            Match::Exact => Self::Exact,
            Match::StartsWith => Self::StartsWith,
            Match::Pattern => Self::Pattern,
        }
    }
}

impl From<Wanted> for Reason {
    fn from(written: Wanted) -> Self {
        match written {
            Wanted::Urgent => Self::Urgent,
            Wanted::Asked => Self::Asked,
            Wanted::HotLead => Self::HotLead,
        }
    }
}

impl Recipients {
    fn to_core(&self) -> Vec<Recipient> {
        self.list().iter().filter_map(|text| Recipient::parse(text)).collect()
    }
}

impl document::EmailAlert {
    fn to_core(&self) -> core::Letter {
        let templates = |recipients: &Recipients| recipients.list().iter().map(|text| text.as_str().into()).collect();
        core::Letter {
            to: templates(&self.to),
            cc: templates(&self.cc),
            reply_to: self.reply_to.as_deref().map(Into::into),
            subject: self.subject.as_str().into(),
            body: self.body.as_str().into(),
        }
    }
}

impl From<document::WhenPauseEnds> for core::WhenPauseEnds {
    fn from(written: document::WhenPauseEnds) -> Self {
        match written {
            document::WhenPauseEnds::Answer => Self::Answer,
            document::WhenPauseEnds::Wait => Self::Wait,
            document::WhenPauseEnds::Keep => Self::Keep,
        }
    }
}

impl From<core::WhenPauseEnds> for document::WhenPauseEnds {
    fn from(core: core::WhenPauseEnds) -> Self {
        match core {
            core::WhenPauseEnds::Answer => Self::Answer,
            core::WhenPauseEnds::Wait => Self::Wait,
            core::WhenPauseEnds::Keep => Self::Keep,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::domain::account::{Account, Channel, WhenUncertain};
    use crate::domain::command::Command;
    use crate::domain::conversation::Conversation;
    use crate::domain::event::{Event, Reason};
    use crate::domain::ids::{AccountId, BotId, ConversationId};
    use crate::domain::message::Heard;
    use crate::domain::state::State;
    use crate::domain::time::Timestamp;
    use crate::wire::bot::parse;

    fn harbor_hears(text: &str) -> Vec<Event> {
        let bot = parse(include_str!("../../../bots/harbor.json")).expect("the sample").to_bot(BotId::new("harbor"));
        let id = AccountId::new("site");
        let account = Account {
            id: id.clone(),
            channel: Channel::Webchat,
            name: "Site".into(),
            bot: bot.id.clone(),
            templates: Vec::new(),
            uncertain: WhenUncertain::Resend,
        };
        let contact = ConversationId::of(&id, "7");
        let conversation = Conversation::new(contact, Arc::new(account), Arc::new(bot), State::default());
        let hear = Command::Hear { heard: Heard::text(text), provider_id: None, provider_at: None, name: None };
        conversation.decide(Timestamp(0), hear).expect("an answer").split_off(1)
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
