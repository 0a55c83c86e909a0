//! `/api/v1/accounts/{account}/templates`: what the account's channel has approved beforehand.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::domain::ids::AccountId;
use crate::edge::Edge;
use crate::edge::error::Problem;
use crate::wire::api;

pub async fn list(edge: Data<Edge>, account: Path<String>) -> Result<HttpResponse, Problem> {
    let account = edge.switchboard.parts().accounts.get(&AccountId::new(&account));
    let account = account.ok_or_else(|| Problem::not_found("There is no such account."))?;
    let templates = account.templates.iter().map(|template| api::TemplateRow {
        name: template.name.clone(),
        language: template.language.clone(),
        text: template.text.clone(),
        takes: template.takes(),
    });
    Ok(HttpResponse::Ok().json(api::Templates { templates: templates.collect() }))
}
