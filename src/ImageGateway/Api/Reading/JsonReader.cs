using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads generations, and edits whose pictures come as data URLs, allowed addresses or a provider's file ids.</summary>
internal sealed class JsonReader(BlockPool pool, BufferBudget budget, ImageFetcher fetcher)
{
    public async Task<ImageJob> ReadAsync(HttpRequest request, Operation? asked, string? deployment, BodyLimits limits, CancellationToken cancellationToken)
    {
        var body = await JsonBodyReader.ReadAsync(request, limits.JsonBytes, budget, cancellationToken);
        var inputs = new InputImages();
        try
        {
            var source = new JsonParameters(body);
            var operation = asked ?? (source.Find("images") is null ? Operation.Generation : Operation.Edit);
            var job = new ImageJob
            {
                Operation = operation,
                Model = deployment ?? Parameters.Model(source),
                Prompt = Parameters.Prompt(source, operation),
                Parameters = Parameters.Read(source),
                Body = body,
            };
            if (operation == Operation.Generation)
                MaskModes.Read(source, hasMask: false);
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
        var hasFileIds = references.All.Any(image => image.Url is null);
        var hasRemoteImages = references.All.Any(image => image.Url is { } url && !DataUrl.Is(body, url));
        var maskMode = MaskModes.Read(source, references.Mask is not null);
        // What the body does not hold goes upstream as bytes in a form, file ids in JSON.
        if (hasFileIds && maskMode is not null)
            throw MaskModes.Wrong("it cannot be used with file ids. Send the pictures and the mask as data: URLs instead");
        if (hasFileIds && hasRemoteImages)
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images': file ids and addresses cannot be mixed. Send the pictures as data: URLs instead.", "images");
        foreach (var image in references.Images)
        {
            if (image.Url is not null)
                inputs.Add(await LoadAsync(body, image, "images", limit, cancellationToken), "images");
        }
        if (references.Mask is { Url: not null } mask)
            inputs.SetMask(await LoadAsync(body, mask, "mask", limit, cancellationToken));
        if (!hasFileIds)
            await inputs.PrepareMaskAsync(maskMode, pool, budget, cancellationToken);
        return job with { Images = inputs.Images, Mask = inputs.Mask, FileIds = references.All.Count(image => image.Url is null), MustSendBytes = hasRemoteImages || maskMode is not null };
    }

    private async Task<InputImage> LoadAsync(JsonBody body, ImageReference image, string param, long limit, CancellationToken cancellationToken)
    {
        var (url, bytes) = (image.Url!.Value, new SpooledBytes(pool, budget));
        try
        {
            if (!DataUrl.Is(body, url))
                await fetcher.FetchAsync(DataUrl.Text(body, image), param, bytes, limit, cancellationToken);
            else if (!await DataUrl.DecodeAsync(body, image, param, bytes, limit, cancellationToken))
                throw JobReader.TooLarge(limit, param);
            return InputImages.Identified(bytes, null, param);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }
}
