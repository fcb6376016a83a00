using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads generations, and edits whose pictures come as data URLs, allowed addresses or a provider's file ids.</summary>
internal sealed class JsonReader(BlockPool pool, BufferBudget budget, ImageFetcher fetcher)
{
    public async Task<ImageJob> ReadAsync(HttpRequest request, Operation operation, BodyLimits limits, CancellationToken cancellationToken)
    {
        var body = await JsonBodyReader.ReadAsync(request, limits.JsonBytes, budget, cancellationToken);
        var inputs = new InputImages();
        try
        {
            var source = new JsonParameters(body);
            var job = new ImageJob
            {
                Operation = operation,
                Model = Parameters.Model(source),
                Prompt = Parameters.Prompt(source, operation),
                Parameters = Parameters.Read(source),
                Body = body,
            };
            return operation == Operation.Generation ? job : await WithImagesAsync(job, body, source, inputs, limits.FileBytes, cancellationToken);
        }
        catch
        {
            inputs.Dispose();
            body.Dispose();
            throw;
        }
    }

    private async Task<ImageJob> WithImagesAsync(ImageJob job, JsonBody body, JsonParameters source, InputImages inputs, long limit, CancellationToken cancellationToken)
    {
        var references = ImageReferences.Read(body, source);
        foreach (var image in references.Images)
        {
            if (image.Url is { } url)
                inputs.Add(await LoadAsync(url, "images", limit, cancellationToken), "images");
        }
        if (references.Mask?.Url is { } mask)
            inputs.SetMask(await LoadAsync(mask, "mask", limit, cancellationToken));
        var all = references.Mask is { } last ? references.Images.Append(last) : references.Images;
        var hasFileIds = all.Any(image => image.Url is null);
        if (!hasFileIds)
            inputs.CheckMask();
        var hasRemoteImages = all.Any(image => image.Url is { } url && !IsData(url));
        // Addresses go upstream as bytes in a form, file ids in JSON.
        if (hasFileIds && hasRemoteImages)
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images': file ids and addresses cannot be mixed. Send the pictures as data: URLs instead.", "images");
        return job with { Images = inputs.Images, Mask = inputs.Mask, HasFileIds = hasFileIds, HasRemoteImages = hasRemoteImages };
    }

    private async Task<InputImage> LoadAsync(string url, string param, long limit, CancellationToken cancellationToken)
    {
        var bytes = new SpooledBytes(pool, budget);
        try
        {
            if (!IsData(url))
                await fetcher.FetchAsync(url, param, bytes, limit, cancellationToken);
            else if (!await DecodeAsync(url, param, bytes, limit, cancellationToken))
                throw JobReader.TooLarge(limit, param);
            return InputImages.Identified(bytes, null, param);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static bool IsData(string url) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    private static async Task<bool> DecodeAsync(string url, string param, SpooledBytes bytes, long limit, CancellationToken cancellationToken)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': a data URL must be 'data:image/png;base64,…' (or jpeg, webp).", param);
        var decoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(url.Length - comma));
        try
        {
            if (!Convert.TryFromBase64Chars(url.AsSpan(comma + 1), decoded, out var length))
                throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': the data URL holds no valid base64.", param);
            return await bytes.FillAsync(new MemoryStream(decoded, 0, length, writable: false), limit, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }
}
