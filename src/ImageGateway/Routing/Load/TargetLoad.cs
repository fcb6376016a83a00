namespace ImageGateway.Routing.Load;

/// <summary>How a target is.</summary>
internal enum TargetState
{
    /// <summary>It takes calls.</summary>
    Healthy,

    /// <summary>Its provider asked to be left alone for a while.</summary>
    Resting,

    /// <summary>It failed too often; its circuit is open.</summary>
    Open,

    /// <summary>An operator took it out.</summary>
    Drained,
}

/// <summary>A target's health and room at one moment, as the planner reads it.</summary>
/// <param name="State">How it is.</param>
/// <param name="Wait">How long until it can take this job; zero: now. For a target that is drained it says nothing.</param>
/// <param name="MedianMilliseconds">Median time to completion; 0: not known yet.</param>
internal readonly record struct TargetLoad(TargetState State, TimeSpan Wait, double MedianMilliseconds)
{
    /// <summary>True when a call may be made now.</summary>
    public bool IsReady => State != TargetState.Drained && Wait <= TimeSpan.Zero;
}
