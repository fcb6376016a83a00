namespace ImageGateway.Api;

/// <summary>Bounds of request bodies, in bytes (<c>Gateway:Limits</c>).</summary>
internal sealed class BodyLimits
{
    private const int Mebi = 1024 * 1024;

    /// <summary>A JSON body; up to 1 GiB.</summary>
    public long JsonBytes { get; set; } = 25 * Mebi;

    /// <summary>A multipart body in all.</summary>
    public long FormBytes { get; set; } = 256 * Mebi;

    /// <summary>One file of a multipart body, or one picture of a JSON body.</summary>
    public long FileBytes { get; set; } = 50 * Mebi;

    /// <summary>All bodies held in memory at once; files beyond it go to disk.</summary>
    public long BufferBytes { get; set; } = 256 * Mebi;
}
