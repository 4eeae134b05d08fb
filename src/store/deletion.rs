//! Deleting a function: committed by one rename to `STORE/.trash`, removed afterwards.

use super::error::StoreError;
use super::layout::{STAGING, TRASH, Token};
use super::locked::LockedFunction;
use super::staging::sweep;
use super::usage::count_function;

impl LockedFunction<'_> {
    /// Deletes the function with everything in it. Its name is free again, and starts at 1.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the disk refuses: nothing is changed then.
    /// [`StoreError::OutcomeUnknown`] if that could not be made sure.
    pub fn delete(self) -> Result<(), StoreError> {
        let (root, name) = (self.store().made_root()?, self.name().as_str());
        // A store that loses its last function is still known as one.
        root.ensure(STAGING)?;
        let trash = root.ensure(TRASH)?;
        let entry = Token::random().entry(name);
        let account = self.store().charge(0)?;
        root.rename(name, &trash, &entry)?;
        if let Err(failure) = trash.flush().and_then(|()| root.flush()) {
            let undone = || -> Result<(), StoreError> {
                trash.rename(&entry, root, name)?;
                root.flush()?;
                trash.flush()
            };
            return Err(match undone() {
                Ok(()) => failure,
                Err(unknown) => unknown.with_unknown_outcome(),
            });
        }
        let notify = &self.store().host().notify;
        account.settle(count_function(&trash, &entry, notify));
        // From here on the function is gone; what cannot be removed now is swept by the next command
        // that comes here.
        sweep(root);
        Ok(())
    }
}
