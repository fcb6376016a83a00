using System.Buffers;
using ImageGateway.Caching.Files;
using ImageGateway.Images;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Api.Files;

/// <summary><c>GET /v1/images/files/{id}</c>: the image behind a signed URL. No key is needed; any flaw in the URL is a 404.</summary>
internal static class FileEndpoint
{
    /// <summary>True for the path of a hosted image, which needs no key.</summary>
    public static bool Is(PathString path) => path.StartsWithSegments(FileLinks.Path, out var id) && id.Value is { Length: > 1 };

    public static void MapFiles(this IEndpointRouteBuilder app) => app.MapMethods($"{FileLinks.Path}/{{id}}", [HttpMethods.Get, HttpMethods.Head], SendAsync);

    private static async Task<IResult> SendAsync(string id, string? exp, string? sig, HttpContext http, HostedFiles files, FileLinks links, FileReaders readers)
    {
        if (FileId.Parse(id) is not { } file || links.Left(file, exp, sig) is not { } left || await files.FindAsync(file) is not { } picture)
            throw new GatewayException(ErrorKind.NotFound, "There is no such image, or its URL has expired.");
        http.Response.RegisterForDispose(readers.Take(picture.Length)); // before the headers, which would make a refusal cacheable
        var (type, headers) = (ImageType.Of(picture.FirstSpan), http.Response.Headers);
        headers.ContentDisposition = $"inline; filename=\"{id}.{type.Extension}\"";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = $"private, max-age={(long)left.TotalSeconds}, immutable";
        return Results.Bytes(picture.ToArray(), type.ContentType, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{file.Key}\""));
    }
}

/// <summary>Limits the memory of images being sent: anyone with a URL may fetch it slowly, and often.</summary>
internal sealed class FileReaders
{
    private readonly BufferBudget _bytes = new(128L << 20);

    /// <summary>Reserves so many bytes, until the result is disposed.</summary>
    /// <exception cref="GatewayException">Too many bytes are being sent.</exception>
    public IDisposable Take(long bytes) => _bytes.TryTake(bytes) ? new Room(_bytes, bytes)
        : throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "Too many images are being fetched. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(1) });

    private sealed class Room(BufferBudget budget, long bytes) : IDisposable
    {
        public void Dispose() => budget.Return(bytes);
    }
}
