using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>The versions that a change is meant for; null: whichever it finds.</summary>
internal sealed record IfMatch(IReadOnlyList<long>? Versions)
{
    public static IfMatch Any { get; } = new((IReadOnlyList<long>?)null);

    /// <summary>Refuses a change that is meant for another version.</summary>
    /// <exception cref="GatewayException">Somebody changed it meanwhile.</exception>
    public void Check(long version)
    {
        if (Versions?.Contains(version) == false)
            throw new GatewayException(ErrorKind.PreconditionFailed, $"If-Match names another version; the current one is \"{version}\". Read it again before changing it.");
    }
}
