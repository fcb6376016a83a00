namespace ImageGateway.Images;

/// <summary>The media type of a picture's file, and how such files' names end.</summary>
internal sealed record ImageType(string ContentType, string Extension)
{
    private static readonly ImageType Unknown = new("application/octet-stream", "bin");

    /// <summary>By its first bytes, never by what somebody said of it; a file of another kind is bytes and nothing more.</summary>
    public static ImageType Of(ReadOnlySpan<byte> file) => file switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => new("image/png", "png"),
        [0xFF, 0xD8, 0xFF, ..] => new("image/jpeg", "jpg"),
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => new("image/webp", "webp"),
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => new("image/gif", "gif"),
        _ => Unknown,
    };
}
