using System.Buffers;
using ImageGateway.Caching.Files;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads generations, and edits whose images come as data URLs, allowed URLs or a provider's file ids.</summary>
internal sealed class JsonReader(BlockPool pool, BufferBudget budget, ImageFetcher fetcher, HostedFiles hosted)
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
            return operation == Operation.Generation ? job : await WithImagesAsync(job, body, source, inputs, request.HttpContext.Features.Get<Caller>()?.Owner, limits.FileBytes, cancellationToken);
        }
        catch
        {
            inputs.Dispose();
            body.Dispose();
            throw;
        }
    }

    private async Task<ImageJob> WithImagesAsync(ImageJob job, JsonBody body, JsonParameters source, InputImages inputs, string? owner, long limit, CancellationToken cancellationToken)
    {
        var references = ImageReferences.Read(body, source);
        var hasFileIds = references.All.Any(image => image.IsProviders);
        var hasRemoteImages = references.All.Any(image => image.File is not null || (image.Url is { } url && !DataUrl.Is(body, url)));
        var maskMode = MaskModes.Read(source, references.Mask is not null);
        // Images outside the body are forwarded as bytes in a form, file ids in JSON.
        if (hasFileIds && maskMode is not null)
            throw MaskModes.Wrong("it cannot be used with file ids. Send the images and the mask as data: URLs instead");
        if (hasFileIds && hasRemoteImages)
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images': a provider's file ids cannot be mixed with URLs or images that are hosted here. Send the images as data: URLs instead.", "images");
        foreach (var image in references.Images)
        {
            if (!image.IsProviders)
                inputs.Add(await LoadAsync(body, image, "images", owner, limit, cancellationToken), "images");
        }
        if (references.Mask is { IsProviders: false } mask)
            inputs.SetMask(await LoadAsync(body, mask, "mask", owner, limit, cancellationToken));
        if (!hasFileIds)
            await inputs.PrepareMaskAsync(maskMode, pool, budget, cancellationToken);
        return job with { Images = inputs.Images, Mask = inputs.Mask, FileIds = references.All.Count(image => image.IsProviders), MustSendBytes = hasRemoteImages || maskMode is not null };
    }

    private async Task<InputImage> LoadAsync(JsonBody body, ImageReference image, string param, string? owner, long limit, CancellationToken cancellationToken)
    {
        var bytes = new SpooledBytes(pool, budget);
        try
        {
            if (image.File is { } file)
                await CopyAsync(await FindAsync(file, owner, param), bytes, cancellationToken);
            else if (!DataUrl.Is(body, image.Url!.Value))
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

    // Another tenant's image gets the same error as a missing one.
    private async Task<ReadOnlySequence<byte>> FindAsync(FileId file, string? owner, string param) =>
        (owner is not null && file.BelongsTo(owner) ? await hosted.FindAsync(file) : null)
        ?? throw new GatewayException(ErrorKind.NotFound, $"There is no file '{file}', or it has expired.", param);

    private static async Task CopyAsync(ReadOnlySequence<byte> picture, SpooledBytes bytes, CancellationToken cancellationToken)
    {
        foreach (var piece in picture)
            await bytes.AppendAsync(piece, cancellationToken);
    }
}
