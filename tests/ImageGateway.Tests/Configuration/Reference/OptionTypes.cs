using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>What kinds of values options have, as the binder takes them.</summary>
internal static class OptionTypes
{
    /// <summary>The options of a type, in the order of its source.</summary>
    public static IEnumerable<PropertyInfo> Of(Type owner) => owner.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).OrderBy(property => property.MetadataToken);

    /// <summary>The type of a list's or a dictionary's items; null for anything else.</summary>
    public static Type? Item(Type type, out bool isList)
    {
        isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
        return isList ? type.GetGenericArguments()[0]
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;
    }

    /// <summary>True for an object with options of its own.</summary>
    public static bool IsObject(Type type) => type.IsClass && type != typeof(string) && !type.IsGenericType;

    /// <summary>True for an object that one text may stand for.</summary>
    public static bool MayBeText(Type type) => TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    /// <summary>The word of an enumeration's value.</summary>
    public static string Word(object value) => value.ToString()!.ToLowerInvariant();

    /// <summary>The default as configuration would write it; null: there is none.</summary>
    public static object? Default(Type owner, PropertyInfo property) => property.GetValue(Activator.CreateInstance(owner)) switch
    {
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Enum value => Word(value),
        string { Length: 0 } => null,
        bool or string or int or long or double or decimal => property.GetValue(Activator.CreateInstance(owner)),
        _ => null,
    };
}
