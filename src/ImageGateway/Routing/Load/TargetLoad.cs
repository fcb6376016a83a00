namespace ImageGateway.Routing.Load;

/// <summary>The state of a target.</summary>
internal enum TargetState
{
    /// <summary>It takes calls.</summary>
    Healthy,

    /// <summary>Its provider asked for a pause, or a probe failed.</summary>
    Resting,

    /// <summary>It failed too often; its circuit breaker is open.</summary>
    Open,

    /// <summary>An operator drained it.</summary>
    Drained,
}

/// <summary>A target's health and capacity at one moment, for the planner.</summary>
/// <param name="State">Its state.</param>
/// <param name="Wait">How long until it can take this job; zero: now. Meaningless for a drained target.</param>
/// <param name="MedianMilliseconds">Median time to completion; 0: unknown.</param>
internal readonly record struct TargetLoad(TargetState State, TimeSpan Wait, double MedianMilliseconds)
{
    /// <summary>True when a call may be made now.</summary>
    public bool IsReady => State != TargetState.Drained && Wait <= TimeSpan.Zero;
}
