using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>A target that can do the job, with exactly the parameters sent there.</summary>
/// <param name="Target">The target.</param>
/// <param name="Dialect">The parameters in its model's dialect.</param>
/// <param name="Calls">1, or the number of calls in the fan-out.</param>
/// <param name="Worst">The worst-case cost at list price; null: not priced.</param>
/// <param name="Load">Its health and capacity when the plan was made.</param>
internal sealed record PlannedTarget(Target Target, Dialect Dialect, int Calls, CostEstimate? Worst, TargetLoad Load)
{
    /// <summary>The worst-case cost after the target's discount; null: not priced.</summary>
    public CostEstimate? ContractedWorst => Worst?.Times(Target.PriceFactor);

    /// <summary>True when a request without <c>response_format</c> gets a URL: that is the model's default format.</summary>
    public bool MeansAddress => Dialect.Sent.ResponseFormat is null && Target.Model.ResponseFormats is ["url", ..];

    /// <summary>True when the response contains a URL, on request or by default.</summary>
    public bool AnswersWithAddress => Dialect.Sent.ResponseFormat == "url" || MeansAddress;

    /// <summary>True when the gateway fetches the image from that URL, since its hosts are configured.</summary>
    public bool IsTakenOver => AnswersWithAddress && Target.ImageHosts.Count > 0;
}

/// <summary>A target that cannot do the job, or must not.</summary>
internal sealed record SkippedTarget(Target Target, SkipReason Kind, string Reason, string? Param);

/// <summary>Why a target was skipped.</summary>
internal enum SkipReason { Unfit, NotAllowed, Retired, Region, Drained }

/// <summary>The targets of a job, in order, and why others were skipped.</summary>
internal sealed record Plan(Tier? Tier, RoutePolicy Route, IReadOnlyList<PlannedTarget> Targets, IReadOnlyList<SkippedTarget> Skipped)
{
    /// <summary>True when the request names a model whose default is a URL, and asks for no other format: the client expects one, whichever model serves it.</summary>
    public bool MeansAddress { get; init; }

    /// <summary>Set when all targets are drained: a stored response can still answer the job, a provider cannot.</summary>
    public NoTargetException? Refusal { get; init; }

    /// <summary>Refuses a job that no stored response answered.</summary>
    /// <exception cref="NoTargetException">All targets are drained.</exception>
    public void RequireTarget()
    {
        if (Refusal is not null)
            throw Refusal;
    }
}
