using System.Diagnostics;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Providers;

/// <summary>One call to a provider.</summary>
/// <param name="Job">What is asked.</param>
/// <param name="Model">The catalogue's model that serves it.</param>
/// <param name="Name">The model's or deployment's name at the provider.</param>
/// <param name="Edits">Parameters that differ from the request's; without <c>model</c>, which the provider writes.</param>
/// <param name="Client">The client's exchange, for its headers.</param>
internal sealed record Attempt(ImageJob Job, Model Model, string Name, IReadOnlyList<ParameterChange> Edits, HttpContext Client)
{
    /// <summary>True once the whole request has been handed to the provider, which may bill it from then on.</summary>
    public bool IsSent { get; private set; }

    /// <summary>The trace it belongs to, where the provider may know; else null.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>The request's body has been written.</summary>
    public void Sent() => IsSent = true;
}

/// <summary>A W3C trace context, as its headers have it.</summary>
internal sealed record TraceContext(string Parent, string? State)
{
    /// <summary>That of a call; where nobody traces here, that of the client, which passes unchanged. Null: there is none.</summary>
    public static TraceContext? Of(Activity? span, IHeaderDictionary client)
    {
        if (span is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return new TraceContext(id, span.TraceStateString);
        return client.TraceParent is [{ Length: > 0 } parent] ? new TraceContext(parent, client.TraceState is [{ Length: > 0 } state] ? state : null) : null;
    }
}

/// <summary>
/// A provider: one upstream account or endpoint. It sends an attempt in the provider's dialect and answers in OpenAI's wire
/// form: JSON, or server-sent events when the job streams. It knows nothing of tenants, quotas, caches or the ledger.
/// </summary>
internal interface IImageProvider : IDisposable
{
    /// <summary>Sends the attempt and returns as soon as the response's head is there.</summary>
    /// <exception cref="HttpRequestException">The provider cannot be reached or broke off.</exception>
    Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken);

    /// <summary>
    /// The parameters among <paramref name="sent"/> that <see cref="SendAsync"/> leaves out (null) or sends as another value, since the
    /// provider has no words for them, as long as that changes no meaning. Those that merely have another name there are not among them.
    /// </summary>
    IReadOnlyList<ParameterChange> Unsaid(ImageParameters sent, Model model) => [];

    /// <summary>The provider's connections, for what passes through unexamined.</summary>
    HttpMessageInvoker Invoker { get; }

    /// <summary>Where one of the gateway's paths is at the provider; null when it has no such path.</summary>
    Uri? Locate(PathString path, QueryString query);

    /// <summary>Puts the provider's credentials on a request.</summary>
    /// <exception cref="GatewayException">There are none now.</exception>
    ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>True when edits may come as JSON; otherwise they are sent as forms, which carry no file ids.</summary>
    bool TakesJsonEdits { get; }

    /// <summary>False when its pictures are no WebP, neither those it draws nor those it is sent, whatever its models could do.</summary>
    bool KnowsWebP => true;

    /// <summary>Strings that must not reach a client in a passed-on message: host, keys, account names.</summary>
    IReadOnlyList<string> Secrets { get; }
}
