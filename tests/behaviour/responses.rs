//! Every answer against the shapes of the service model.
