namespace ImageGateway.Images;

/// <summary>The media type of an image file, and the extension of such files.</summary>
internal sealed record ImageType(string ContentType, string Extension)
{
    private static readonly ImageType Unknown = new("application/octet-stream", "bin");

    /// <summary>Identified by its first bytes, never by a declared type; a file of another kind is just bytes.</summary>
    public static ImageType Of(ReadOnlySpan<byte> file) => file switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => new("image/png", "png"),
        [0xFF, 0xD8, 0xFF, ..] => new("image/jpeg", "jpg"),
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => new("image/webp", "webp"),
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => new("image/gif", "gif"),
        _ => Unknown,
    };
}
