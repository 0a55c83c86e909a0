//! When somebody is there: opening hours of a week in a time zone, and holidays.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::time::Timestamp;

/// Who is closed for so long is not going to open.
const DAYS_AHEAD_MAX: i32 = 370;
const MINUTES_OF_DAY: u16 = 24 * 60;

#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    /// From Monday on; the spans of a day in order.
    week: [Vec<Span>; 7],
    holidays: Vec<Holiday>,
}

/// From one minute of the day until another, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holiday {
    Once(Date),
    EveryYear { month: i8, day: i8 },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    #[error("“{0}” is not a time zone")]
    Zone(String),
    #[error("“{0}” is not a time like 08:00-18:00")]
    Span(String),
    #[error("“{0}” is not a day like 2026-12-24, or 12-24 for every year")]
    Holiday(String),
}

impl Hours {
    pub fn new(zone: &str, mut week: [Vec<Span>; 7], holidays: Vec<Holiday>) -> Result<Self, BadHours> {
        let zone = TimeZone::get(zone).map_err(|_| BadHours::Zone(zone.to_owned()))?;
        week.iter_mut().for_each(|day| day.sort());
        Ok(Self { zone, week, holidays })
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        let Some(here) = self.here(at) else { return false };
        let minute = here.hour() as u16 * 60 + here.minute() as u16;
        self.spans(here.date()).iter().any(|span| (span.from..span.to).contains(&minute))
    }

    /// When it opens next after `at`; none if it does not within a year.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.here(at)?.date();
        let days = (0..DAYS_AHEAD_MAX).filter_map(|ahead| today.checked_add(ahead.days()).ok());
        let openings = days.flat_map(|day| self.spans(day).iter().filter_map(move |span| self.moment(day, span.from)));
        openings.into_iter().find(|opening| *opening > at)
    }

    /// A moment as it is written where we are: `2026-12-24 08:00`.
    pub fn written(&self, at: Timestamp) -> String {
        self.here(at).map(|here| here.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    }

    fn spans(&self, day: Date) -> &[Span] {
        if self.holidays.iter().any(|holiday| holiday.is_on(day)) {
            return &[];
        }
        &self.week[day.weekday().to_monday_zero_offset() as usize]
    }

    fn here(&self, at: Timestamp) -> Option<Zoned> {
        Some(jiff::Timestamp::from_millisecond(at.0 as i64).ok()?.to_zoned(self.zone.clone()))
    }

    fn moment(&self, day: Date, minute: u16) -> Option<Timestamp> {
        let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
        let at = day.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(at.timestamp().as_millisecond() as u64))
    }
}

impl Span {
    /// Reads `08:00-18:00`; the end may be `24:00`.
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            let span = Self { from: minute(from)?, to: minute(to)? };
            (span.from < span.to).then_some(span)
        };
        read().ok_or_else(|| BadHours::Span(text.to_owned()))
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = (
        Some(hour).filter(|text| digits(text))?.parse::<u16>().ok()?,
        Some(minute).filter(|text| digits(text))?.parse::<u16>().ok()?,
    );
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= MINUTES_OF_DAY).then_some(of_day)
}

impl Holiday {
    /// Reads `2026-12-24`, or `12-24` for every year.
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let bad = || BadHours::Holiday(text.to_owned());
        if let Ok(date) = text.parse::<Date>() {
            return Ok(Self::Once(date));
        }
        // A leap year, so that the 29th of February is a day.
        let date: Date = format!("2024-{text}").parse().map_err(|_| bad())?;
        Ok(Self::EveryYear { month: date.month(), day: date.day() })
    }

    fn is_on(self, date: Date) -> bool {
        match self {
            Holiday::Once(day) => day == date,
            Holiday::EveryYear { month, day } => (date.month(), date.day()) == (month, day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(day: &[&str]) -> Vec<Span> {
        day.iter().map(|span| Span::parse(span).expect("a span")).collect()
    }

    /// Berlin, Monday to Friday with a break at noon; closed at Christmas and on one day in March.
    fn shop() -> Hours {
        let mut week: [Vec<Span>; 7] = Default::default();
        week[..5].fill(spans(&["13:00-18:00", "08:00-12:00"]));
        let holidays = ["12-25", "2026-03-05"].map(|day| Holiday::parse(day).expect("a day"));
        Hours::new("Europe/Berlin", week, holidays.to_vec()).expect("hours")
    }

    fn at(text: &str) -> Timestamp {
        let zoned: Zoned = format!("{text}[Europe/Berlin]").parse().expect("a moment");
        Timestamp(zoned.timestamp().as_millisecond() as u64)
    }

    #[test]
    fn a_shop_is_open_in_its_own_time_zone() {
        for (moment, open) in [
            ("2026-03-04T08:00", true),
            ("2026-03-04T07:59", false),
            ("2026-03-04T12:00", false),
            ("2026-03-04T17:59", true),
            ("2026-03-05T09:00", false),
            ("2026-03-07T09:00", false),
            ("2026-12-25T09:00", false),
            ("2027-12-25T09:00", false),
            ("2026-07-01T08:00", true),
        ] {
            assert_eq!(shop().is_open(at(moment)), open, "{moment}");
        }
    }

    #[test]
    fn the_next_opening_leaps_over_nights_weekends_holidays_and_clock_changes() {
        for (moment, opening) in [
            ("2026-03-04T07:00", "2026-03-04T08:00"),
            ("2026-03-04T08:00", "2026-03-04T13:00"),
            ("2026-03-04T18:30", "2026-03-06T08:00"),
            ("2026-03-06T18:30", "2026-03-09T08:00"),
            ("2026-03-27T18:30", "2026-03-30T08:00"),
        ] {
            assert_eq!(shop().next_opening(at(moment)), Some(at(opening)), "{moment}");
        }
        assert_eq!(shop().written(at("2026-03-30T08:00")), "2026-03-30 08:00");
    }

    #[test]
    fn who_never_opens_has_no_next_opening() {
        let never = Hours::new("Etc/UTC", Default::default(), Vec::new()).expect("hours");
        assert_eq!(never.next_opening(Timestamp(0)), None);
        assert!(!never.is_open(Timestamp(0)));
    }

    #[test]
    fn a_day_may_last_until_midnight() {
        let mut week: [Vec<Span>; 7] = Default::default();
        week.fill(spans(&["00:00-24:00"]));
        let always = Hours::new("Etc/UTC", week, Vec::new()).expect("hours");
        assert!(always.is_open(Timestamp(1_772_618_400_000)) && always.is_open(Timestamp(86_399_999)));
    }

    #[test]
    fn what_is_no_time_or_day_is_refused_in_words() {
        for bad in ["8:00-18:00", "08:00", "18:00-08:00", "08:00-25:00", "08:60-09:00", "a-b", "+8:00-18:00"] {
            Span::parse(bad).expect_err(bad);
        }
        for bad in ["2026-02-30", "13-01", "tomorrow", ""] {
            Holiday::parse(bad).expect_err(bad);
        }
        assert_eq!(
            Hours::new("Mars/Olympus", Default::default(), Vec::new()).expect_err("no zone").to_string(),
            "“Mars/Olympus” is not a time zone"
        );
    }
}
