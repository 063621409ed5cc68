"""Addresses of the pictures."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("search", views.search, name="search"),
    path("pictures", views.pictures, name="pictures"),
    path("pictures/resources", views.resource_pictures, name="resource_pictures"),
    path("resources/<str:number>/picture", views.resource_picture, name="resource_picture"),
    path("resources/<str:number>/tries", views.resource_tries, name="resource_tries"),
    path("resources/<str:number>/batches", views.resource_batches, name="resource_batches"),
    path("units/<str:unit>/picture", views.unit_picture, name="unit_picture"),
    path("units/<str:unit>/tries", views.tries, name="tries"),
    path("units/<str:unit>/fills", views.fills, name="fills"),
    path("units/<str:unit>/faults/<str:code>", views.faulty, name="faulty"),
    path("feedback", views.feedback, name="feedback"),
    path("units/<str:unit>/feedback", views.unit_feedback, name="unit_feedback"),
    path("units/<str:unit>/feedback/<str:number>", views.resource_feedback, name="resource_feedback"),
    path("batches/<uuid:pk>/use", views.batch_use, name="batch_use"),
]
