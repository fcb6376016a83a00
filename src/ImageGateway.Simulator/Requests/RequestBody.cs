using System.Security.Cryptography;
using System.Text.Json;
using ImageGateway.Simulator.Calls;

namespace ImageGateway.Simulator.Requests;

/// <summary>A body after reading: its members and its pictures, whichever of the two forms it came in.</summary>
internal sealed record RequestBody(bool IsMultipart, IReadOnlyDictionary<string, JsonElement> Members, IReadOnlyList<InputFile> Files)
{
    /// <summary>The member's text, whatever its type; null when absent or null.</summary>
    public string? Text(string name) =>
        Members.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ToString()
            : null;
}

/// <summary>A picture that came with a request. <paramref name="Header"/> is null when the bytes are no picture or were not sent along.</summary>
internal sealed record InputFile(string Field, string? FileName, string? ContentType, int Bytes, string Sha256, ImageHeader? Header, bool IsReference = false)
{
    public bool IsMask => Field == "mask";

    public static InputFile From(string field, string? fileName, string? contentType, ReadOnlySpan<byte> bytes) =>
        new(field, fileName, contentType, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), ImageHeader.Read(bytes));

    /// <summary>A picture named by address or file id: its bytes are the provider's to fetch, here it counts as 1024x1024 with alpha.</summary>
    public static InputFile Reference(string field, string address) =>
        new(field, address, null, 0, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(address))), new("png", 1024, 1024, true), IsReference: true);

    public CallFile ToCallFile() => new(Field, FileName, ContentType, Bytes, Sha256, Header?.Width, Header?.Height);
}
