using ImageGateway.Images;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Api.Reading;

/// <summary>Reads a request into a job, or reports which parameter is wrong. Sends nothing upstream.</summary>
internal sealed class JobReader(JsonReader json, FormReader form)
{
    /// <summary>The job; the caller disposes it. Without an operation the body is JSON, and an edit if it has images.</summary>
    /// <exception cref="GatewayException">The request is invalid.</exception>
    public async Task<ImageJob> ReadAsync(HttpContext http, Operation? operation, string? deployment, BodyLimits limits)
    {
        var request = http.Request;
        if (request.Headers.ContentEncoding.Count > 0)
            throw new GatewayException(ErrorKind.UnsupportedMediaType, "Content-Encoding is not supported: send the body uncompressed.");
        var isForm = IsForm(request, operation, out var boundary);
        Bound(http, isForm ? limits.FormBytes : limits.JsonBytes);
        try
        {
            var job = isForm
                ? await form.ReadAsync(request, boundary, operation!.Value, deployment, limits, http.RequestAborted)
                : await json.ReadAsync(request, operation, deployment, limits, http.RequestAborted);
            return job with { IsDeploymentPath = deployment is not null, Tier = TierHeader(request), Tags = JobTags.Read(request) };
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(isForm ? limits.FormBytes : limits.JsonBytes);
        }
    }

    /// <summary>The error for a body or file above its limit.</summary>
    public static GatewayException TooLarge(long limit, string? param = null) => new(
        ErrorKind.RequestTooLarge, $"{(param is null ? "The request body" : $"A file of '{param}'")} is too large. Allowed: at most {limit} bytes.", param);

    /// <summary>Limits the body: a larger Content-Length is refused before the body is read, and the server counts a body without one.</summary>
    public static void Bound(HttpContext http, long limit, string? param = null)
    {
        if (http.Request.ContentLength > limit)
            throw TooLarge(limit, param);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limit;
    }

    private static bool IsForm(HttpRequest request, Operation? operation, out string boundary)
    {
        boundary = "";
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (type is not null && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && operation is Operation.Edit or Operation.Variation)
        {
            boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
            // RFC 2046 §5.1.1: 1 to 70 characters.
            return boundary.Length is > 0 and <= 70 ? true : throw new GatewayException(ErrorKind.InvalidValue, "The Content-Type multipart/form-data needs a boundary of 1 to 70 characters.");
        }
        if (type is not null && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && operation != Operation.Variation)
            return false;
        throw new GatewayException(
            ErrorKind.UnsupportedMediaType,
            $"Invalid Content-Type: '{GatewayException.Shortened(request.ContentType ?? "")}'. Allowed: {Allowed(operation)}.");
    }

    private static string Allowed(Operation? operation) => operation switch
    {
        null or Operation.Generation => "application/json",
        Operation.Edit => "multipart/form-data or application/json",
        _ => "multipart/form-data",
    };

    private static Tier? TierHeader(HttpRequest request) => request.Headers["X-Gateway-Tier"].ToString() switch
    {
        "" => null,
        "draft" => Tier.Draft,
        "final" => Tier.Final,
        var other => throw GatewayException.Invalid("X-Gateway-Tier", other, "draft or final"),
    };
}
