namespace ImageGateway.Routing.Load;

/// <summary>
/// Takes room at a target that other processes use too, where they are known: zero when it was taken, else how long until
/// there is some; null: nobody can say now, so that what this process knows has to do.
/// </summary>
internal delegate ValueTask<TimeSpan?> SharedRoom(Target target, int calls, int images);
