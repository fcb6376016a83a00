using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>A target that can do the job, with exactly what is sent there.</summary>
/// <param name="Target">Where.</param>
/// <param name="Dialect">The parameters in its model's dialect.</param>
/// <param name="Calls">1, or the calls that the pictures are fanned out to.</param>
/// <param name="Worst">The upper bound of its cost at list price; null: not priced.</param>
/// <param name="Load">Its health and room when the plan was made.</param>
internal sealed record PlannedTarget(Target Target, Dialect Dialect, int Calls, CostEstimate? Worst, TargetLoad Load)
{
    /// <summary>The upper bound of what it really costs, after the target's discount; null: not priced.</summary>
    public CostEstimate? ContractedWorst => Worst?.Times(Target.PriceFactor);

    /// <summary>True when a request that is silent on it means an address: the first form of the model, which it names.</summary>
    public bool MeansAddress => Dialect.Sent.ResponseFormat is null && Target.Model.ResponseFormats is ["url", ..];

    /// <summary>True when it answers with an address: asked to, or by default.</summary>
    public bool AnswersWithAddress => Dialect.Sent.ResponseFormat == "url" || MeansAddress;

    /// <summary>True when the gateway fetches the picture from there, as its hosts are named.</summary>
    public bool IsTakenOver => AnswersWithAddress && Target.ImageHosts.Count > 0;
}

/// <summary>A target that cannot do the job, or may not.</summary>
internal sealed record SkippedTarget(Target Target, SkipReason Kind, string Reason, string? Param);

/// <summary>Why a target was skipped.</summary>
internal enum SkipReason { Unfit, NotAllowed, Retired, Region, Drained }

/// <summary>Where a job goes, in order, and why it goes nowhere else.</summary>
internal sealed record Plan(Tier? Tier, RoutePolicy Route, IReadOnlyList<PlannedTarget> Targets, IReadOnlyList<SkippedTarget> Skipped);
