//! One connection for work on the whole database, which may take its time.

use std::ops::Deref;

use super::connect::{self, Sql};
use super::{Address, OpenError, migrations, trouble};

pub struct Alone(Sql);

impl Alone {
    pub async fn open(address: &Address) -> Result<Alone, OpenError> {
        let pool = connect::pool(address, 1).map_err(|error| OpenError::Database(error.to_string()))?;
        let sql = connect::get(&pool).await.map_err(|error| OpenError::of(&error))?;
        sql.batch_execute(connect::PATIENCE).await.map_err(|error| OpenError::Database(trouble::words(&error)))?;
        Ok(Alone(sql))
    }

    /// Begins a transaction that shuts out every node that wants to start.
    pub async fn begin(&self) -> Result<(), OpenError> {
        migrations::begin(&self.0).await
    }

    /// Brings the database up to date, within that transaction.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        migrations::take_steps(&self.0).await
    }
}

impl Deref for Alone {
    type Target = Sql;

    fn deref(&self) -> &Sql {
        &self.0
    }
}
