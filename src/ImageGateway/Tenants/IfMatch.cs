using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>The versions to which a change applies; null: any.</summary>
internal sealed record IfMatch(IReadOnlyList<long>? Versions)
{
    public static IfMatch Any { get; } = new((IReadOnlyList<long>?)null);

    /// <summary>Refuses a change to another version.</summary>
    /// <exception cref="GatewayException">It was changed meanwhile.</exception>
    public void Check(long version)
    {
        if (Versions?.Contains(version) == false)
            throw new GatewayException(ErrorKind.PreconditionFailed, $"If-Match names another version; the current one is \"{version}\". Read it again before changing it.");
    }
}
