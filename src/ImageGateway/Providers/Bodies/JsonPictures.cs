using System.Security.Cryptography;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>
/// The images of a JSON edit as xAI expects them: <c>"image": {"url": "data:…", "type": "image_url"}</c>, several as
/// <c>images</c>. They are encoded while being sent, so that none is held in base64.
/// </summary>
internal sealed class JsonPictures
{
    private readonly List<(byte[] Before, SpooledBytes? Picture)> _parts = [];

    /// <summary>The members for a job's images and its mask.</summary>
    public JsonPictures(IReadOnlyList<InputImage> images, InputImage? mask)
    {
        var text = new StringBuilder(images.Count == 1 ? "\"image\":" : "\"images\":[");
        for (var i = 0; i < images.Count; i++)
            Add(text.Append(i > 0 ? "," : ""), images[i]);
        text.Append(images.Count == 1 ? "" : "]");
        if (mask is not null)
            Add(text.Append(",\"mask\":"), mask);
        _parts.Add((Encoding.UTF8.GetBytes(text.ToString()), null));
    }

    /// <summary>Length of the members in bytes.</summary>
    public long Length
    {
        get
        {
            var length = 0L;
            foreach (var (before, picture) in _parts)
                length += before.Length + (((picture?.Length ?? 0) + 2) / 3 * 4);
            return length;
        }
    }

    /// <summary>Writes the members, without surrounding commas.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var (before, picture) in _parts)
        {
            await stream.WriteAsync(before, cancellationToken);
            if (picture is null)
                continue;
            using var transform = new ToBase64Transform();
            await using var encoded = new CryptoStream(stream, transform, CryptoStreamMode.Write, leaveOpen: true);
            await picture.CopyToAsync(encoded, cancellationToken);
            await encoded.FlushFinalBlockAsync(cancellationToken);
        }
    }

    private void Add(StringBuilder text, InputImage image)
    {
        // The media type comes from the bytes, whatever the client declared.
        text.Append("{\"url\":\"data:").Append(image.Header.ContentType).Append(";base64,");
        _parts.Add((Encoding.UTF8.GetBytes(text.ToString()), image.Bytes));
        text.Clear().Append("\",\"type\":\"image_url\"}");
    }
}
