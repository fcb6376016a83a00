using System.Text;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Admin.Reconciling;

/// <summary>The file of an upload, streamed: the part <c>file</c> of a form, or the whole body.</summary>
internal static class UploadedFile
{
    private static readonly string[] Types = ["text/csv", "application/csv", "text/plain", "application/octet-stream", "application/vnd.ms-excel"];

    /// <summary>Reads it.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="limit">Its largest size in bytes.</param>
    /// <param name="read">Reads the text.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <exception cref="GatewayException">There is no file, it is too large, or the form is malformed.</exception>
    public static async Task ReadAsync(HttpRequest request, long limit, Func<TextReader, Task> read, CancellationToken cancellationToken)
    {
        JobReader.Bound(request.HttpContext, limit, "file");
        try
        {
            using var text = new StreamReader(await OpenAsync(request, cancellationToken), Encoding.UTF8);
            await read(text);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested))
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, "The multipart body is malformed or ends too early.", "file"), e);
        }
    }

    private static async Task<Stream> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (type?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            return type is not null && Types.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
                ? request.Body
                : throw new GatewayException(ErrorKind.UnsupportedMediaType, "Send the file as text/csv, or as the part 'file' of multipart/form-data.");
        }
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > 70)
            throw new GatewayException(ErrorKind.InvalidValue, "The multipart body has no boundary of 1 to 70 characters.", "file");
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16 };
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.GetContentDispositionHeader()?.Name is { } name && HeaderUtilities.RemoveQuotes(name) == "file")
                return section.Body;
        }
        throw new GatewayException(ErrorKind.MissingParameter, "Missing required part 'file' of the form.", "file");
    }
}
