using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>No target can do the job; an estimate shows why each was skipped.</summary>
internal sealed class NoTargetException(GatewayError error, IReadOnlyList<SkippedTarget> skipped) : GatewayException(error)
{
    public IReadOnlyList<SkippedTarget> Skipped => skipped;
}

/// <summary>The error for a job that no target can do: the last reason that the client can act on.</summary>
internal static class NoTarget
{
    public static NoTargetException Error(ImageJob job, List<SkippedTarget> skipped) => new(Reason(job, skipped), skipped);

    private static GatewayError Reason(ImageJob job, List<SkippedTarget> skipped)
    {
        if (skipped.Exists(skip => skip.Kind == SkipReason.Drained))
            return new GatewayError(ErrorKind.NoTargetAvailable, "Every target that could serve this is drained by its operator.") { RetryAfter = TimeSpan.FromSeconds(30) };
        if (skipped.FindLast(skip => skip.Kind == SkipReason.Unfit) is { } unfit)
            return new GatewayError(ErrorKind.InvalidValue, unfit.Reason, unfit.Param);
        if (skipped.Exists(skip => skip.Kind == SkipReason.NotAllowed))
            return new GatewayError(ErrorKind.ModelNotAllowed, $"This key's tenant may not use the model '{GatewayException.Shortened(job.Model ?? "auto")}'.", "model");
        var why = skipped.Exists(skip => skip.Kind == SkipReason.Region) ? "no target is in an allowed region" : "every target's model has been shut down";
        return new GatewayError(ErrorKind.ModelNotFound, $"No target serves the model '{GatewayException.Shortened(job.Model ?? "auto")}': {why}.", "model");
    }
}
