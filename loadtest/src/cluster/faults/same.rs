//! The same at once on several nodes.

use anyhow::{Result, ensure};
use futures_util::future::join_all;

use super::WHOLE_WITHIN;
use crate::clock;
use crate::cluster::scene::Scene;
use crate::{dice, product};

const COPIES: usize = 20;
const PICTURES: usize = 10;

/// The checker counts each message by its words; here they only have to be posted all at once.
pub(super) async fn webhooks(scene: &mut Scene) -> Result<()> {
    let nodes = scene.cluster.up();
    for _ in 0..5 {
        let (contact, mid) = (scene.newcomer(), format!("m_{}", dice::new_id()));
        let text = format!("{} #{}", product::ONE_REPLY, dice::new_tag());
        let copies = (0..COPIES).map(|copy| {
            let mut poster = scene.poster(nodes[copy % nodes.len()]);
            let (contact, mid, text) = (&contact, &mid, &text);
            async move { poster.post_text(contact, mid, text).await }
        });
        let statuses = join_all(copies).await;
        ensure!(statuses.contains(&Some(200)), "nobody took it: {statuses:?}");
        let replies = |scene: &Scene| scene.cluster.provider.accepted_for(&contact).len();
        scene.until("the contact is answered", WHOLE_WITHIN, async || replies(scene) > 0).await?;
    }
    let album = scene.newcomer();
    let since = clock::instant();
    let pictures = (0..PICTURES).map(|picture| {
        let nodes: Vec<usize> = nodes.iter().cycle().skip(picture).take(nodes.len()).copied().collect();
        let (scene, album) = (&*scene, &album);
        async move { scene.heard(album, &nodes, since, WHOLE_WITHIN).await }
    });
    join_all(pictures).await.into_iter().collect::<Result<Vec<_>>>()?;
    scene
        .fact(format!("F18: {COPIES} copies at once on all nodes five times, and {PICTURES} messages of one newcomer"));
    Ok(())
}
