using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Caching.Files;

/// <summary>Signs the URLs of hosted images: whoever has a URL can fetch the image until it expires, nobody else can.</summary>
/// <param name="key">The signing key (HMAC-SHA256, RFC 2104).</param>
/// <param name="life">How long a URL is valid.</param>
/// <param name="time">The clock.</param>
internal sealed class FileLinks(byte[] key, TimeSpan life, TimeProvider time)
{
    /// <summary>The path of hosted images.</summary>
    public const string Path = "/v1/images/files";

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>How long a URL is valid.</summary>
    public TimeSpan Life => life;

    /// <summary>The URL of an image, without scheme and host.</summary>
    public string Address(FileId id)
    {
        var expires = (time.GetUtcNow() + life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{Path}/{id}?exp={expires}&sig={Base64Url.EncodeToString(Signature($"{id}", expires))}";
    }

    /// <summary>The remaining lifetime of a URL; null when it has expired, or was not signed here.</summary>
    public TimeSpan? Left(FileId id, string? exp, string? sig)
    {
        if (!long.TryParse(exp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || sig is null)
            return null;
        var mine = Base64Url.EncodeToString(Signature($"{id}", exp));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(mine), Encoding.UTF8.GetBytes(sig)))
            return null;
        // The signature is valid, so this parses as a date.
        var left = DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    private byte[] Signature(string id, string expires) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}\n{expires}"));
}
