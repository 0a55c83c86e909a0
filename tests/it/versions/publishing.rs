//! Who hears which version.

use crate::support::installation::Installation;
use crate::support::node::eventually;
use crate::support::nodes::Nodes;

use super::props::{DONE, EMAIL, INSURE, NEW_INSURE, another, answering, asks, publish};

#[actix_web::test]
async fn who_is_in_the_middle_of_a_form_finishes_it_and_others_get_the_new_version() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (mut early, mut late) = (installation.visitor().await, installation.visitor().await);
    asks(&mut early, "quote", INSURE).await;
    let version = publish(&**node.bots(), &another(NEW_INSURE)).await;
    eventually("the new version answers", async || {
        let newest = node.switchboard.parts().bots.newest(&version.bot)?;
        newest.is(&version).then_some(())
    })
    .await;
    asks(&mut late, "quote", NEW_INSURE).await;
    asks(&mut early, "a boat", EMAIL).await;
    asks(&mut early, "ana@example.org", DONE).await;
    asks(&mut early, "quote", NEW_INSURE).await;
    node.stop().await;
}

#[actix_web::test]
async fn a_form_begun_before_a_restart_is_finished_on_its_version() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    asks(&mut visitor, "quote", INSURE).await;
    publish(&**node.bots(), &another(NEW_INSURE)).await;
    node.stop().await;
    let node = installation.start().await;
    visitor.cut();
    visitor.connect().await.expect("back again");
    asks(&mut visitor, "a boat", EMAIL).await;
    asks(&mut visitor, "ana@example.org", DONE).await;
    assert_eq!(answering(&**node.bots()).await, 2);
    node.stop().await;
}

#[actix_web::test]
async fn what_one_node_publishes_answers_on_all_within_two_seconds() {
    let nodes = Nodes::new().await;
    let (here, there) = (nodes.start().await, nodes.start().await);
    let published = publish(&*nodes.storage.bots, &another(NEW_INSURE)).await;
    let since = tokio::time::Instant::now();
    for member in [&here, &there] {
        eventually("it answers here", async || {
            let newest = member.node.switchboard.parts().bots.newest(&published.bot)?;
            newest.is(&published).then_some(())
        })
        .await;
    }
    assert!(since.elapsed().as_secs_f32() < 2.5, "{:?}", since.elapsed());
    let mut visitor = there.visitor().await;
    asks(&mut visitor, "quote", NEW_INSURE).await;
    here.node.stop().await;
    there.node.stop().await;
}
