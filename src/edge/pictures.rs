//! Pictures and files in conversations, for consoles: the browser asks us, and we ask where they lie, so that whoever sent
//! one does not learn who looks at it, what needs an account's credentials is opened, and the console needs to load nothing
//! from elsewhere. Pictures are shown, files are saved.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::Edge;
use super::error::Problem;
use super::handing::{asked, hand};
use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId, Seq};
use crate::domain::message::{Attachment, AttachmentKind};
use crate::domain::upload::{self, UploadKey};
use crate::ports::pictures::{NotShown, Picture, Pictures};

/// Who fetches them.
pub type Fetcher = Arc<dyn Pictures>;

/// Where files are that have no link of their own; see `files`.
const OWN_FILES: &str = "/api/v1/files/";
/// Whoever sent it is a stranger: nothing in it may run, or load anything.
const POLICY: &str = "default-src 'none'; sandbox";

/// `GET /api/v1/conversations/{conversation}/pictures/{seq}/{place}`: what is attached to an event, counted from 0. Only a
/// link that stands in the log is followed.
pub async fn picture(edge: Data<Edge>, path: Path<(String, Seq, usize)>) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no such picture.");
    let (attached, account) = find(&edge, path.into_inner()).await?.ok_or_else(none)?;
    let url = Some(attached).filter(|attached| attached.kind == AttachmentKind::Image).ok_or_else(none)?.url;
    match here(&url) {
        Some(place) => Ok(elsewhere(place)),
        None => shown(&edge, &url, &account).await,
    }
}

/// `GET /api/v1/conversations/{conversation}/attachments/{seq}/{place}`: the same for whatever can be saved, and for saving;
/// what can be heard or watched is played from here, too, which no disposition hinders. HEAD asks how long it is.
pub async fn attachment(
    request: HttpRequest,
    edge: Data<Edge>,
    path: Path<(String, Seq, usize)>,
) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no such file.");
    let (attached, account) = find(&edge, path.into_inner()).await?.ok_or_else(none)?;
    // What is of no kind is a page or a place: that opens where it leads.
    let Attachment { url, name, .. } =
        Some(attached).filter(|attached| attached.kind != AttachmentKind::Other).ok_or_else(none)?;
    match here(&url) {
        Some(place) => Ok(elsewhere(place)),
        None => saved(&request, &edge, &url, &name, &account).await,
    }
}

type Found = Option<(Attachment, AccountId)>;

async fn find(edge: &Edge, (conversation, seq, place): (String, Seq, usize)) -> Result<Found, Problem> {
    let Ok(conversation) = conversation.parse::<ConversationId>() else { return Ok(None) };
    let Some(before) = seq.checked_sub(1) else { return Ok(None) };
    let Some(reading) = edge.switchboard.parts().store.read_after(conversation, before, 1).await? else {
        return Ok(None);
    };
    let account = reading.summary.account;
    let event = reading.events.into_iter().find(|logged| logged.seq == seq).map(|logged| logged.event);
    Ok(event.and_then(|event| attached(event, place)).map(|attached| (attached, account)))
}

/// The path of what we hand out ourselves.
fn here(url: &str) -> Option<&str> {
    own_file(url).or_else(|| uploaded(url))
}

fn elsewhere(place: &str) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, place)).finish()
}

/// What lies there, whatever it is: to be saved, for nothing of a stranger's opens in the console's own house.
async fn saved(
    request: &HttpRequest,
    edge: &Edge,
    url: &str,
    known_as: &str,
    account: &AccountId,
) -> Result<HttpResponse, Problem> {
    let opened = edge.pictures.open(url, account, asked(request)).await.map_err(problem)?;
    // Some channels say the type where others say the name.
    let named = known_as.contains('.') && !known_as.contains('/');
    let name = upload::clean_name(if named { known_as } else { &opened.name });
    let mut response = HttpResponse::Ok();
    response
        .content_type(opened.content_type)
        .insert_header((header::CONTENT_DISPOSITION, upload::disposition("attachment", &name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"));
    Ok(hand(request, response, (opened.length, opened.part), opened.bytes))
}

/// What lies there, as far as it is a picture.
pub(super) async fn shown(edge: &Edge, url: &str, account: &AccountId) -> Result<HttpResponse, Problem> {
    let Picture { content_type, bytes } = edge.pictures.fetch(url, account).await.map_err(problem)?;
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, "inline"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(bytes))
}

/// The path of a file that `files` passes on. Wherever the link says it leads, it leads nowhere else.
fn own_file(url: &str) -> Option<&str> {
    let path = url.get(url.find(OWN_FILES)?..)?;
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let (account, file) = path.strip_prefix(OWN_FILES)?.split_once('/')?;
    (plain(account) && plain(file)).then_some(path)
}

/// The path of a file that was attached here; see `uploads`.
fn uploaded(url: &str) -> Option<&str> {
    let (key, name) = url.strip_prefix(upload::PATH)?.split_once('/')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
    (UploadKey::parse(key).is_some() && name.bytes().all(plain)).then_some(url)
}

fn attached(event: Event, place: usize) -> Option<Attachment> {
    match event {
        Event::ContactSaid { heard, .. } => heard.attachments.into_iter().nth(place),
        Event::BotSaid { line, .. } => line.attachment.into_iter().nth(place),
        Event::AgentSaid { attachment, .. } => attachment.into_iter().nth(place),
        _ => None,
    }
}

fn problem(why: NotShown) -> Problem {
    let mut detail = format!("{why}.");
    detail[..1].make_ascii_uppercase();
    match why {
        NotShown::Gone => Problem::not_found("It is not there, or not any more."),
        NotShown::Forbidden(_) | NotShown::NoPicture => Problem::not_found(detail),
        NotShown::TooLarge(_) => Problem::too_large(detail),
        NotShown::Unreachable(_) => Problem { status: StatusCode::BAD_GATEWAY, detail, ..Problem::busy() },
        NotShown::Busy => Problem { detail, ..Problem::busy() },
    }
}
