namespace ImageGateway.Api;

/// <summary>Limits on request bodies, in bytes (<c>Gateway:Limits</c>).</summary>
internal sealed class BodyLimits
{
    private const int Mebi = 1024 * 1024;

    /// <summary>Largest JSON body; up to 1 GiB.</summary>
    public long JsonBytes { get; set; } = 25 * Mebi;

    /// <summary>Largest multipart body.</summary>
    public long FormBytes { get; set; } = 256 * Mebi;

    /// <summary>Largest file of a multipart body, or image of a JSON body.</summary>
    public long FileBytes { get; set; } = 50 * Mebi;

    /// <summary>Memory for all bodies together; files beyond it go to disk.</summary>
    public long BufferBytes { get; set; } = 256 * Mebi;
}
