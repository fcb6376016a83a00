using System.Globalization;
using ImageGateway.Images;
using ImageGateway.Tenants;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Admin;

/// <summary>Versions of the control plane's objects, as ETag and If-Match carry them.</summary>
internal static class Versions
{
    /// <summary>Sets the ETag; an object of the configuration (version 0) cannot be changed here and has none.</summary>
    public static void SetVersion(this HttpContext http, long version)
    {
        if (version > 0)
            http.Response.Headers.ETag = $"\"{version}\"";
    }

    /// <summary>The versions that the request requires. A weak or foreign tag matches no version.</summary>
    /// <exception cref="GatewayException">The header is malformed: ignoring it would overwrite what it should protect.</exception>
    public static IfMatch IfMatch(this HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0)
            return Tenants.IfMatch.Any;
        if (!EntityTagHeaderValue.TryParseStrictList(request.Headers.IfMatch, out var tags))
            throw GatewayException.Invalid("If-Match", request.Headers.IfMatch.ToString(), "the ETag of an earlier response, or *");
        if (tags.Contains(EntityTagHeaderValue.Any))
            return Tenants.IfMatch.Existing;
        return new IfMatch([.. tags.Where(tag => !tag.IsWeak).Select(tag => long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1)]);
    }
}
