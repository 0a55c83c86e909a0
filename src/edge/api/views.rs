//! `/api/v1/views`, which are the caller's own, and `/api/v1/shared-views`, which everybody sees.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use uuid::Uuid;

use super::fresh;
use crate::domain::ids::AgentId;
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::views::{Saved, VIEW_NAME_CHARS_MAX, VIEWS_MAX, View};
use crate::wire::finding::{FilterView, NewView, SavedViews, ViewRow};

type Answer = Result<HttpResponse, Problem>;

pub async fn views(edge: Data<Edge>, caller: Caller) -> Answer {
    let views = edge.views.views(caller.person).await?.into_iter().map(|view| ViewRow {
        id: view.id.to_string(),
        shared: view.owner.is_none(),
        filter: FilterView::from((&view.filter, view.order)),
        name: view.name,
        by: view.by,
        at: view.at.0,
    });
    Ok(fresh(SavedViews { views: views.collect() }))
}

pub async fn save(edge: Data<Edge>, caller: Caller, id: Path<String>, new: Json<NewView>) -> Answer {
    let owner = Some(owner(&caller)?);
    keep(&edge, caller, owner, &id, new.into_inner()).await
}

pub async fn save_shared(edge: Data<Edge>, caller: Caller, id: Path<String>, new: Json<NewView>) -> Answer {
    keep(&edge, caller, None, &id, new.into_inner()).await
}

pub async fn delete(edge: Data<Edge>, caller: Caller, id: Path<String>) -> Answer {
    let owner = Some(owner(&caller)?);
    remove(&edge, owner, &id).await
}

pub async fn delete_shared(edge: Data<Edge>, id: Path<String>) -> Answer {
    remove(&edge, None, &id).await
}

async fn keep(edge: &Edge, caller: Caller, owner: Option<AgentId>, id: &str, new: NewView) -> Answer {
    let name = new.name.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "");
    if !(1..=VIEW_NAME_CHARS_MAX).contains(&name.chars().count()) {
        return Err(Problem::invalid(format!("A view's name has 1 to {VIEW_NAME_CHARS_MAX} characters.")));
    }
    let (filter, order) = new.filter.read().map_err(Problem::invalid)?;
    let at = edge.switchboard.parts().clock.now();
    let view = View { id: parsed(id)?, name, owner, filter, order, by: caller.by, at };
    match edge.views.save_view(view).await? {
        Saved::Done => Ok(HttpResponse::NoContent().finish()),
        Saved::TooMany => Err(Problem::conflict(format!("There are {VIEWS_MAX} views already. Delete one first."))),
        Saved::NotYours => Err(Problem::conflict("This view is somebody else's. Save it under another id.")),
    }
}

async fn remove(edge: &Edge, owner: Option<AgentId>, id: &str) -> Answer {
    if !edge.views.delete_view(owner, parsed(id)?).await? {
        return Err(none());
    }
    Ok(HttpResponse::NoContent().finish())
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| none())
}

fn none() -> Problem {
    Problem::not_found("There is no such view. A view's id is a UUID.")
}

fn owner(caller: &Caller) -> Result<AgentId, Problem> {
    caller.person.ok_or_else(|| Problem::invalid("Views of one's own belong to people; a program's token has none."))
}
