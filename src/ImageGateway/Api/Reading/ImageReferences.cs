using System.Text.Json;
using ImageGateway.Caching.Files;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>
/// An image of a JSON edit: the position of its <c>image_url</c> in the body, raw between the quotes; or the <see cref="File"/>
/// that the gateway hosts; or neither, for a provider's file id.
/// </summary>
internal readonly record struct ImageReference(Range? Url, bool IsEscaped, FileId? File = null)
{
    /// <summary>True for a file that only a provider has.</summary>
    public bool IsProviders => Url is null && File is null;
}

/// <summary><c>images</c> and <c>mask</c> of a JSON edit: <c>{"image_url": …}</c> or <c>{"file_id": …}</c> each. URLs of 20 MB are not copied.</summary>
internal sealed record ImageReferences(IReadOnlyList<ImageReference> Images, ImageReference? Mask)
{
    private const string Allowed = "an object with exactly one of 'image_url' and 'file_id', a string";

    public static ImageReferences Read(JsonBody body, JsonParameters source)
    {
        if (source.Find("images") is not { } images)
            throw Parameters.Missing("images");
        return new ImageReferences(List(body, images), source.Find("mask") is { } mask ? Single(body, mask) : null);
    }

    /// <summary>All of them, the mask last.</summary>
    public IEnumerable<ImageReference> All => Mask is { } mask ? Images.Append(mask) : Images;

    private static List<ImageReference> List(JsonBody body, JsonMember member)
    {
        var reader = new Utf8JsonReader(body.Value(member));
        var list = new List<ImageReference>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Wrong("images", "an array of 1 to 16 objects with 'image_url' or 'file_id'");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(One(ref reader, member.ValueStart, $"images[{list.Count}]"));
            InputImages.CheckCount(list.Count, "images");
        }
        return list.Count > 0 ? list : throw Wrong("images", "1 to 16 images; the array is empty");
    }

    private static ImageReference Single(JsonBody body, JsonMember member)
    {
        var reader = new Utf8JsonReader(body.Value(member));
        reader.Read();
        return One(ref reader, member.ValueStart, "mask");
    }

    private static ImageReference One(ref Utf8JsonReader reader, int offset, string param)
    {
        try
        {
            return reader.TokenType == JsonTokenType.StartObject && Entries(ref reader, offset) is [var only] ? only : throw Wrong(param, Allowed);
        }
        catch (InvalidOperationException)
        {
            throw Wrong(param, $"{Allowed} of valid Unicode");
        }
    }

    private static List<ImageReference> Entries(ref Utf8JsonReader reader, int offset)
    {
        var found = new List<ImageReference>(1);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isUrl, isFile) = (reader.ValueTextEquals("image_url"u8), reader.ValueTextEquals("file_id"u8));
            reader.Read();
            if (isUrl && reader.TokenType == JsonTokenType.String)
                found.Add(new ImageReference((offset + (int)reader.TokenStartIndex + 1)..(offset + (int)reader.BytesConsumed - 1), reader.ValueIsEscaped));
            else if (isFile && reader.TokenType == JsonTokenType.String)
                found.Add(new ImageReference(null, IsEscaped: false, FileId.Parse(reader.GetString())));
            else
                reader.Skip();
        }
        return found;
    }

    private static GatewayException Wrong(string param, string allowed) => new(ErrorKind.InvalidValue, $"Invalid value for '{param}'. Allowed: {allowed}.", param);
}
