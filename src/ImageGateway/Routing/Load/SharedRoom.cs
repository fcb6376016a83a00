namespace ImageGateway.Routing.Load;

/// <summary>
/// Takes capacity at a target that other replicas also use, from their shared count: zero when it was taken, else the wait
/// until there is some; null: the count is unavailable, and this process falls back on its own.
/// </summary>
internal delegate ValueTask<TimeSpan?> SharedRoom(Target target, int calls, int images);
