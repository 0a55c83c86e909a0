//! `/api/v1/conversations`, a part of a list at a time, and `/api/v1/search`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use super::fresh;
use super::office::Office;
use crate::domain::search::{QUERY_CHARS_MAX, Sought};
use crate::domain::summary::Summary;
use crate::edge::Edge;
use crate::edge::error::Problem;
use crate::ports::finding::Cursor;
use crate::wire::console::Row;
use crate::wire::finding::{AccountChoice, AttributeIs, FilterView, ListChoices, ListPage, SearchResults, hit, rows};

const LIMIT: usize = 50;
const LIMIT_MAX: usize = 200;
/// A search shows the contacts that fit best, not all.
const CONTACTS: usize = 8;

type Answer = Result<HttpResponse, Problem>;

pub async fn list(edge: Data<Edge>, asked: Query<Vec<(String, String)>>) -> Answer {
    let Asked { filter, after, limit } = Asked::read(asked.into_inner())?;
    let (filter, order) = filter.read().map_err(Problem::invalid)?;
    let unread = filter.unread;
    let page = edge.finding.list_filtered(filter, order, after, limit).await?;
    let mut rows = with_marks(&edge, &page.rows).await?;
    // The index trails what was seen.
    rows.retain(|row| !unread || row.unread != Some(0));
    let next = page.next.map(|next| next.to_string());
    Ok(fresh(ListPage { rows, next, complete: page.complete }))
}

async fn with_marks(edge: &Edge, summaries: &[Summary]) -> Result<Vec<Row>, Problem> {
    let of = summaries.iter().map(|summary| summary.conversation).collect();
    Ok(rows(summaries, &edge.switchboard.parts().store.marks(of).await?))
}

struct Asked {
    filter: FilterView,
    after: Option<Cursor>,
    limit: usize,
}

impl Asked {
    /// Labels may come several times. What nobody knows is refused: a list without it would show too much.
    fn read(asked: Vec<(String, String)>) -> Result<Self, Problem> {
        let (mut filter, mut after, mut limit) = (FilterView::default(), None, LIMIT);
        let (mut name, mut worth) = (None, None);
        for (what, value) in asked {
            match what.as_str() {
                "channel" => filter.channel = Some(value),
                "account" => filter.account = Some(value),
                "bot" => filter.bot = Some(value),
                "mode" => filter.mode = Some(value),
                "reason" => filter.reason = Some(value),
                "assignee" => filter.assignee = Some(value),
                "team" => filter.team = Some(value),
                "label" => filter.labels.push(value),
                "unanswered" => filter.unanswered = value == "true",
                "attribute" => name = Some(value),
                "value" => worth = Some(value),
                "unread" => filter.unread = value == "true",
                "priority" => filter.priority = Some(value),
                "status" => filter.status = Some(value),
                "order" => filter.order = Some(value),
                "after" => after = Some(cursor(&value)?),
                "limit" => limit = value.parse().map_err(|_| Problem::invalid("The limit is a number."))?,
                _ => return Err(Problem::invalid(format!("Lists know no “{}”.", shortened(&what)))),
            }
        }
        filter.attribute = match (name, worth) {
            (None, None) => None,
            (Some(name), Some(value)) => Some(AttributeIs { name, value }),
            _ => return Err(Problem::invalid("To ask for an attribute, give its name (attribute) and its value.")),
        };
        Ok(Self { filter, after, limit: limit.clamp(1, LIMIT_MAX) })
    }
}

pub async fn choices(edge: Data<Edge>, office: Data<Office>) -> Answer {
    let choices = edge.finding.choices().await?;
    let accounts = edge.config.accounts.iter().map(|account| account.to_domain()).map(|account| AccountChoice {
        id: account.id.to_string(),
        name: account.name,
        channel: account.channel.as_str().to_owned(),
    });
    let bots = office.list_bots().await?.bots.into_iter().map(|bot| bot.bot);
    let (accounts, bots) = (accounts.collect(), bots.collect());
    Ok(fresh(ListChoices { accounts, bots, labels: choices.labels, attributes: choices.attributes }))
}

#[derive(Deserialize)]
pub struct Wanted {
    q: String,
    /// From here on back; none: from the newest.
    before: Option<String>,
    /// 1 to 200; 50 if it is not given.
    limit: Option<usize>,
}

pub async fn search(edge: Data<Edge>, wanted: Query<Wanted>) -> Answer {
    if wanted.q.chars().count() > QUERY_CHARS_MAX {
        return Err(Problem::invalid(format!("At most {QUERY_CHARS_MAX} characters can be searched for.")));
    }
    let Some(sought) = Sought::parse(&wanted.q) else {
        return Err(Problem::invalid("There is no word in what is searched for."));
    };
    let before = wanted.before.as_deref().map(cursor).transpose()?;
    let limit = wanted.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let contacts = match before {
        None => with_marks(&edge, &edge.finding.find_contacts(sought.clone(), CONTACTS).await?).await?,
        Some(_) => Vec::new(),
    };
    let found = edge.finding.find_said(sought.clone(), before, limit).await?;
    let view = |found: &crate::ports::finding::Hit| {
        hit(&sought, &found.summary, found.event.seq, found.event.at, &found.event.event)
    };
    let hits = found.hits.iter().filter_map(view).collect();
    let next = found.next.map(|next| next.to_string());
    Ok(fresh(SearchResults { contacts, hits, next, complete: found.complete }))
}

fn cursor(text: &str) -> Result<Cursor, Problem> {
    let wrong = |_| Problem::invalid("This is no place in a list; take it from the answer before, as it is.");
    text.parse().map_err(wrong)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
