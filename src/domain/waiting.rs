//! While a person is called (rule 9): whoever waits is told the truth in the end, and nobody waits in silence.
//!
//! The ladder is the bot's; when each rung is due was fixed when the one before it was climbed, so that a bot that
//! changes meanwhile never calls a deadline back.

use std::time::Duration;

use super::alert::Recipient;
use super::bot::answers::way_to_reach;
use super::bot::fold::Said;
use super::bot::ladder::Ladder;
use super::bot::template::Template;
use super::conversation::Conversation;
use super::event::{Event, Origin, Why};
use super::message::Line;
use super::state::{Mode, Reach};
use super::time::Timestamp;

impl Conversation {
    /// The next rung, if it is due: others are alerted, and the contact hears what the ladder says.
    pub(super) fn climb(&self, now: Timestamp) -> Vec<Event> {
        let Mode::Waiting { rungs, next: Some(due), closed, reach, .. } = self.state.mode else { return Vec::new() };
        let ladder = &self.bot.ladder;
        let after = |climbed| ladder.next_after(climbed).map(|after| now + after);
        if due > now {
            Vec::new()
        } else if closed {
            let text = "We are open again, and this contact still waits for a person.".to_owned();
            let call = self.call(&ladder.rungs.first().map_or(&ladder.last.alert, |rung| &rung.alert)[..], &text);
            vec![Event::Climbed { rungs: 0, text, next: after(0) }, call]
        } else if let Some(rung) = ladder.rungs.get(rungs) {
            let text = alarm(rung.after, &rung.alert);
            let call = self.call(&rung.alert, &text);
            let climbed = Event::Climbed { rungs: rungs + 1, text, next: after(rungs + 1) };
            let line = (!rung.text.is_empty()).then(|| self.ladder_line(now, &rung.text, Why::StillCalling));
            [climbed, call].into_iter().chain(line).collect()
        } else {
            self.climb_last(now, rungs, reach, ladder)
        }
    }

    /// The truth. Who has told how to reach them knows it already.
    fn climb_last(&self, now: Timestamp, rungs: usize, reach: Reach, ladder: &Ladder) -> Vec<Event> {
        let text = alarm(ladder.last.after, &ladder.last.alert);
        let call = self.call(&ladder.last.alert, &text);
        let climbed = Event::Climbed { rungs: rungs + 1, text, next: None };
        let words = if self.bot.is_open(now) { &ladder.last.text } else { &ladder.closed };
        let line = (reach != Reach::Told).then(|| self.ladder_line(now, words, Why::AskingHowToReach));
        [climbed, call].into_iter().chain(line).collect()
    }

    /// Who was asked how to be reached may tell it in any words; who tells something else is asked once more.
    pub(super) fn hear_while_waiting(&self, now: Timestamp, text: &str) -> Vec<Event> {
        let Mode::Waiting { reach, .. } = self.state.mode else { return Vec::new() };
        let ladder = &self.bot.ladder;
        match (reach, way_to_reach(text)) {
            (Reach::Asked | Reach::AskedAgain, Some((name, value))) => {
                let learned = Event::AttributeSet { name: name.to_owned(), value, by: None, from: Origin::default() };
                vec![learned, self.ladder_line(now, &ladder.thanks, Why::Reached)]
            }
            (Reach::Asked, None) if !Said::new(text).is_empty() => {
                vec![self.ladder_line(now, &ladder.again, Why::AskingHowToReach)]
            }
            _ => Vec::new(),
        }
    }

    fn ladder_line(&self, now: Timestamp, text: &str, why: Why) -> Event {
        let opens = || {
            let hours = self.bot.settings.hours.as_ref()?;
            Some(hours.written(hours.next_opening(now)?).into())
        };
        let text = Template::from(text).fill(|name| match name {
            "opens" => opens(),
            "name" => self.state.name.as_deref().map(Into::into),
            name => self.state.attributes.get(name).map(|value| value.as_str().into()),
        });
        let (then, turn) = (self.state.place.clone(), self.state.turn);
        Event::BotSaid { line: Line::text(text), why, from: Origin::default(), then, turn }
    }
}

fn alarm(after: Duration, alert: &[Recipient]) -> String {
    let minutes = after.as_secs() / 60;
    let who = alert.iter().map(Recipient::as_str).collect::<Vec<_>>().join(" and ");
    let plural = if minutes == 1 { "" } else { "s" };
    format!("Nobody has taken over for {minutes} minute{plural} more: {who} are wanted.")
}
