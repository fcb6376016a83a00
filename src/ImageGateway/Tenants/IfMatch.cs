using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>The versions to which a change applies; null: any.</summary>
/// <param name="Versions">The versions.</param>
/// <param name="MustExist">True when there must be a version, whichever.</param>
internal sealed record IfMatch(IReadOnlyList<long>? Versions, bool MustExist = true)
{
    /// <summary>Any version, or none.</summary>
    public static IfMatch Any { get; } = new(null, MustExist: false);

    /// <summary>Any version of what exists.</summary>
    public static IfMatch Existing { get; } = new((IReadOnlyList<long>?)null);

    /// <summary>Refuses a change to another version.</summary>
    /// <param name="version">The current one; null: nothing exists yet.</param>
    /// <exception cref="GatewayException">It was changed meanwhile.</exception>
    public void Check(long? version)
    {
        if (version is null && MustExist)
            throw new GatewayException(ErrorKind.PreconditionFailed, "If-Match requires a version, but there is none. Without If-Match it is created.");
        if (version is { } current && Versions?.Contains(current) == false)
            throw new GatewayException(ErrorKind.PreconditionFailed, $"If-Match names another version; the current one is \"{current}\". Read it again before changing it.");
    }
}
