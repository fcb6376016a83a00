using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Images as <c>data:image/png;base64,…</c>, decoded straight from the body into pooled memory.</summary>
internal static class DataUrl
{
    // data:image/png;base64, with room for parameters that are ignored.
    private const int LongestHead = 256;

    /// <summary>True for a data URL, false for any other URL.</summary>
    public static bool Is(JsonBody body, Range url) => Ascii.EqualsIgnoreCase(Head(body.Bytes.Span[url], 5), "data:"u8);

    /// <summary>A URL as text.</summary>
    public static string Text(JsonBody body, ImageReference image)
    {
        var raw = body.Bytes[image.Url!.Value];
        return image.IsEscaped ? Encoding.UTF8.GetString(Unescaped(raw.Span).Span) : Encoding.UTF8.GetString(raw.Span);
    }

    /// <summary>Decodes into <paramref name="bytes"/>; false as soon as they exceed <paramref name="limit"/>.</summary>
    /// <exception cref="GatewayException">It is not a base64 data URL.</exception>
    public static async Task<bool> DecodeAsync(JsonBody body, ImageReference image, string param, SpooledBytes bytes, long limit, CancellationToken cancellationToken)
    {
        var raw = body.Bytes[image.Url!.Value];
        // Some JSON writers escape every slash, and base64 has many.
        var url = image.IsEscaped ? Unescaped(raw.Span) : raw;
        var comma = Head(url.Span, LongestHead).IndexOf((byte)',');
        if (comma < 7 || !Ascii.EqualsIgnoreCase(url.Span[(comma - 7)..comma], ";base64"u8))
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': a data URL must be 'data:image/png;base64,…' (or jpeg, webp).", param);
        try
        {
            MemoryMarshal.TryGetArray(url[(comma + 1)..], out var base64);
            // The transform silently drops the rest of an unpadded text.
            if (base64.Count % 4 != 0)
                throw new FormatException("no padding");
            using var transform = new FromBase64Transform(FromBase64TransformMode.DoNotIgnoreWhiteSpaces);
            await using var decoded = new CryptoStream(new MemoryStream(base64.Array!, base64.Offset, base64.Count, writable: false), transform, CryptoStreamMode.Read);
            return await bytes.FillAsync(decoded, limit, cancellationToken);
        }
        catch (FormatException e)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, $"Invalid value for '{param}': the data URL is not valid base64.", param), e);
        }
    }

    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> url, int length) => url[..Math.Min(url.Length, length)];

    private static ReadOnlyMemory<byte> Unescaped(ReadOnlySpan<byte> raw)
    {
        var quoted = ArrayPool<byte>.Shared.Rent(raw.Length + 2);
        try
        {
            quoted[0] = quoted[raw.Length + 1] = (byte)'"';
            raw.CopyTo(quoted.AsSpan(1));
            var reader = new Utf8JsonReader(quoted.AsSpan(0, raw.Length + 2));
            reader.Read();
            var plain = new byte[raw.Length];
            return plain.AsMemory(0, reader.CopyString(plain));
        }
        catch (InvalidOperationException e)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, "Invalid value for 'images': a URL is not valid Unicode text.", "images"), e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(quoted);
        }
    }
}
