using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Caching.Files;

/// <summary>The id of a hosted image: <c>img_</c>, 16 hex digits derived from its tenant, and 32 random ones that nobody can guess.</summary>
internal readonly record struct FileId(string Owner, string Key)
{
    private const string Prefix = "img_";
    private const int OwnerLength = 16;
    private const int KeyLength = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new id for an image of a tenant (<see cref="Images.Caller.Owner"/>).</summary>
    public static FileId New(string owner) => new(Hash(owner), RandomNumberGenerator.GetHexString(KeyLength, lowercase: true));

    /// <summary>Parses an id; null when it is not one of the gateway's, but perhaps a provider's.</summary>
    public static FileId? Parse(string? text) =>
        text is { Length: 4 + OwnerLength + KeyLength } && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Digits)
            ? new FileId(text.Substring(Prefix.Length, OwnerLength), text[^KeyLength..])
            : null;

    /// <summary>True when it belongs to the tenant (<see cref="Images.Caller.Owner"/>).</summary>
    public bool BelongsTo(string owner) => Owner == Hash(owner);

    public override string ToString() => $"{Prefix}{Owner}{Key}";

    // A hash, since people who see the URL need not learn the tenant's id.
    private static string Hash(string owner) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)).AsSpan(0, OwnerLength / 2));
}
